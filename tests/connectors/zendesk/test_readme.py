# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual says what is so."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import orjson

from connectors import zendesk as connector
from connectors.zendesk import setup
from connectors.zendesk.approval import check_mapping, check_opt_out
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.fields import read_form
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.settings import ZendeskSettings
from hub.sdk import Connection, FieldMapping

Connect = Callable[..., Connection]

README = (Path(connector.__file__).parent / "README.md").read_text(encoding="utf-8")
HEADINGS = [
    "What it does",
    "Before you start",
    "Settings",
    "What it reads and writes",
    "Known limits",
    "When it fails",
    "How to remove it",
]


def block(kind: str) -> str:
    """The first code block of this kind."""
    found = re.search(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_headings_are_those_of_every_connector() -> None:
    assert re.findall(r"(?m)^## (.+)$", README) == HEADINGS


def test_the_readme_names_every_setting() -> None:
    table = README.split("| name |", 1)[1].split("\n\n", 1)[0]
    found = re.findall(r"(?m)^\| `([^`]+)` \|", table)

    assert sorted(found) == sorted(ZendeskSettings().fields)


def test_the_example_is_accepted_and_fits_the_fields_that_setup_makes(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    example = tomllib.loads(block("toml"))["connections"]["desk"]
    mapping = FieldMapping(**example.pop("mapping"))
    given = {key: example[key] for key in example if key not in ("plugin", "label")}
    secrets = {key: "sesame" for key, value in given.items() if isinstance(value, dict)}
    assert ZendeskSettings().load({**given, **secrets})

    for key in (each for each, _, _ in setup._FIELDS):
        if zendesk.account.user_fields.get(key):
            zendesk.lose_field(key)
    client = ZendeskClient(connect())
    setup.create_user_fields(client)
    form = read_form(client.user_fields())
    check_mapping(form, mapping, connect())
    check_opt_out(form, mapping, connect())


def test_the_trigger_of_the_readme_is_the_one_that_setup_makes(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    connection = connect(callback_url="http://localhost:9/hooks/desk/")
    client = ZendeskClient(connection)
    webhook = setup.create_webhook(client, connection, "triggers")
    setup.create_trigger(client, connection, webhook.id)
    (made,) = [each for each in client.triggers() if setup.ASKING_TAG in each["title"]]

    assert orjson.loads(made["actions"][0]["value"][1]) == orjson.loads(block("json"))
