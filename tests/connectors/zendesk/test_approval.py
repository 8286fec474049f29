# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of a connection tells everything that does not fit in the mapping, at once."""

from collections.abc import Callable

import pytest

from connectors.zendesk.account import whoami
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.sandbox import ZendeskSandbox
from hub.sdk import Connection, SettingsError

Connect = Callable[..., Connection]


def problems(connection: Connection) -> dict[str, str]:
    """What the test of a connection finds, by key."""
    with pytest.raises(SettingsError) as caught:
        whoami(ZendeskClient(connection), connection)
    assert all(problem.words.ja != problem.words.en for problem in caught.value.problems)
    return {problem.key: problem.words.en for problem in caught.value.problems}


def test_all_that_is_wrong_is_told_in_one_go(connect: Connect, zendesk: ZendeskSandbox) -> None:
    zendesk.lose_field("sms_consent_wording")
    found = problems(
        connect(
            {
                "phone": "tags",
                "consent_yes": ["同意する"],
                "consent_at": "sms_opt_out",
                "name": "no_such",
                "opt_out": "details",
                "opt_out_value": ["停止"],
                "attributes": {"shop": "shop"},
            }
        )
    )

    assert set(found) == {
        "mapping.phone",
        "mapping.consent",
        "mapping.consent_at",
        "mapping.consent_wording",
        "mapping.name",
        "mapping.opt_out",
        "mapping.attributes.shop",
    }
    assert "no option that consent_yes names" in found["mapping.consent"]
    assert "of this type" in found["mapping.consent_at"]
    assert "no active field" in found["mapping.consent_wording"]
    assert "no built-in field" in found["mapping.opt_out"]


def test_a_sentence_names_the_connection_and_the_key(connect: Connect) -> None:
    connection = connect({"name": "a", "site": "b"})
    with pytest.raises(SettingsError) as caught:
        whoami(ZendeskClient(connection), connection)

    lines = caught.value.words.en.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "connections.desk.mapping.name",
        "connections.desk.mapping.site",
    ]


def test_without_a_mapping_the_account_is_tested_alone(connect: Connect) -> None:
    connection = connect()
    bare = Connection(
        name="desk", plugin="zendesk", label="窓口", settings=dict(connection.settings)
    )
    assert whoami(ZendeskClient(bare), bare).id == "sandbox"


def test_a_mapping_without_an_opt_out_passes(connect: Connect) -> None:
    connection = connect({"opt_out": None, "opt_out_value": (), "opt_out_at": None})
    assert whoami(ZendeskClient(connection), connection).id == "sandbox"
