import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.errors import AuthError, ConfigError, PluginBug, SettingsError
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.registry import Plugin
from hub.values.connection import Connection

Install = Callable[..., None]
HUB = Path(__file__).parents[2] / "hub"

ACME = """
import time
from hub.sdk import AuthError, ContactSource, Page

made = []

class Source:
    def __init__(self, connection=None):
        self.connection = connection

    def fields(self):
        if self.connection.name == "slow":
            time.sleep(1.5)
        return []

    def changed(self, cursor): return Page(items=[], cursor="1", done=True)
    def get(self, refs): return {}
    def refs(self, cursor): return Page(items=[], cursor="1", done=True)

@hookimpl
def check_connection(connection):
    if connection.settings["account"] == "wrong":
        raise AuthError("Sign in again.", "もう一度サインインしてください。")
    return Account(id=connection.settings["account"], label="Acme")

@hookimpl
def contact_source(connection):
    made.append(connection.name)
    return Source(connection)

@hookimpl
def opt_out_sink(connection):
    return Source()

@hookimpl
def activity_sink(connection):
    raise KeyError("09012345678")

@hookimpl
def event_trigger(connection):
    pass

class Gateway:
    profile = GatewayProfile()
    def send(self, outgoing): return Receipt(state=ReceiptState.ACCEPTED)
    def find(self, key): return None

@hookimpl
def message_gateway(connection):
    return Gateway()
"""


def connection(name: str = "crm", **settings: Any) -> Connection:
    return Connection(name=name, plugin="acme", label="CRM", settings={"account": "a", **settings})


@pytest.fixture
def acme(install: Install, guard: Guard) -> Plugin:
    install("acme", instead=ACME)
    return load(["acme"], guard).plugin("acme")


def made(plugin: Plugin) -> list[str]:
    """The connections for which the plugin was asked for a contact source, in order."""
    import acme_of_acme_hub  # type: ignore[import-not-found]

    found: list[str] = acme_of_acme_hub.made
    return found


def test_the_check_gives_the_account(acme: Plugin) -> None:
    assert acme.check(connection(account="12")).id == "12"


def test_the_plugins_own_error_reaches_the_caller(acme: Plugin) -> None:
    with pytest.raises(AuthError, match="Sign in again"):
        acme.check(connection(account="wrong"))


def test_an_account_without_an_id_is_a_bug(acme: Plugin) -> None:
    with pytest.raises(PluginBug, match=r"crm \(acme\): check_connection gave an account without"):
        acme.check(connection(account=""))


def test_a_role_object_is_asked_for_once_per_connection(acme: Plugin) -> None:
    for _ in range(3):
        acme.contact_source(connection()).fields()
    acme.contact_source(connection("other")).fields()

    assert made(acme) == ["crm", "other"]


def test_a_role_object_is_made_anew_when_the_settings_change(acme: Plugin) -> None:
    acme.contact_source(connection(account="a"))
    acme.contact_source(connection(account="b"))

    assert made(acme) == ["crm", "crm"]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_makes_its_own_role_objects(acme: Plugin) -> None:
    acme.contact_source(connection())
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            acme.contact_source(connection())
            os.write(write, ",".join(made(acme)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(read, 20) == b"crm,crm"


def test_an_object_without_the_methods_of_its_role_is_a_bug(acme: Plugin) -> None:
    with pytest.raises(PluginBug, match=r"crm \(acme\): opt_out_sink gave Source, which lacks"):
        acme.opt_out_sink(connection())


def test_a_hook_that_gives_nothing_is_a_bug(acme: Plugin) -> None:
    with pytest.raises(PluginBug, match="event_trigger gave NoneType"):
        acme.event_trigger(connection())


def test_a_hook_that_raises_takes_down_that_role_alone(acme: Plugin) -> None:
    with pytest.raises(PluginBug, match="activity_sink broke with KeyError") as caught:
        acme.activity_sink(connection())

    assert "09012345678" not in str(caught.value)
    assert acme.check(connection()).label == "Acme"


def test_a_method_that_hangs_takes_down_that_connection_alone(install: Install) -> None:
    install("acme", instead=ACME)
    plugin = load(["acme"], Guard(limit=1, most_hung=1)).plugin("acme")
    slow = plugin.contact_source(connection("slow"))

    with pytest.raises(PluginBug, match=r"slow \(acme\): contact_source.fields did not come back"):
        slow.fields()
    with pytest.raises(PluginBug, match="too many earlier calls never came back"):
        slow.fields()

    assert plugin.contact_source(connection()).fields() == ()


def test_a_role_a_plugin_does_not_have_is_told(install: Install, guard: Guard) -> None:
    install("acme")
    plugin = load(["acme"], guard).plugin("acme")

    with pytest.raises(ConfigError, match='The plugin "acme" has no contact_source'):
        plugin.contact_source(connection())
    with pytest.raises(ConfigError, match='The plugin "acme" has no check_connection'):
        plugin.check(connection())


def test_the_listening_half_of_a_gateway_cannot_send(acme: Plugin) -> None:
    look_up = acme.look_up(connection())

    assert look_up is not None
    assert not hasattr(look_up, "send")
    assert acme.report_receiver(connection()) is None


def test_settings_are_checked_with_the_plugins_class(acme: Plugin) -> None:
    assert acme.load_settings({"account": "12"}) == {"account": "12", "base_url": None}
    with pytest.raises(SettingsError) as caught:
        acme.load_settings({"acount": "12"}, where="connections.crm")

    assert [problem.key for problem in caught.value.problems] == ["acount"]
    assert caught.value.words.en == (
        "connections.crm.acount: there is no such setting; did you mean account?"
    )


def test_a_validator_that_breaks_is_a_bug_of_the_plugin(install: Install, guard: Guard) -> None:
    install(
        "acme",
        whole="""
        from hub.sdk import Settings, hookimpl
        from marshmallow import fields

        class AcmeSettings(Settings):
            account = fields.String(
                validate=lambda text: 1 / 0, metadata={"label": "Account", "help": "Help."}
            )

        @hookimpl
        def connection_settings():
            return AcmeSettings

        @hookimpl
        def message_gateway(connection): ...
        """,
    )

    with pytest.raises(PluginBug, match="acme: connection_settings broke with ZeroDivisionError"):
        load(["acme"], guard).plugin("acme").load_settings({"account": "12"})


def test_few_places_of_the_hub_ask_for_what_sends() -> None:
    asking = set()
    for file in HUB.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "message_gateway":
                asking.add(str(file.relative_to(HUB)))

    # The first is imported by the dispatcher alone, the second reads the profile.
    allowed = {"connections/senders.py", "connections/directory.py"}
    assert {place for place in asking if not place.startswith("testing/")} <= allowed
