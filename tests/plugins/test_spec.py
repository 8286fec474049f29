"""Freezes specification 1.0: partners' plugins depend on every name and argument here."""

import inspect
import re
from pathlib import Path

import pytest

from hub import roles
from hub.plugins import spec
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.provisioning import read
from hub.plugins.registry import ADDED, ROLES, Registry

HOOKS = {
    "connection_settings": "() -> type[hub.settings.Settings]",
    "check_connection": "(connection: hub.values.connection.Connection) "
    "-> hub.values.connection.Account",
    "contact_source": "(connection: hub.values.connection.Connection) -> hub.roles.ContactSource",
    "event_trigger": "(connection: hub.values.connection.Connection) "
    "-> hub.roles.ReceivesEvents | hub.roles.PollsEvents",
    "opt_out_sink": "(connection: hub.values.connection.Connection) -> hub.roles.OptOutSink",
    "consent_sink": "(connection: hub.values.connection.Connection) -> hub.roles.ConsentSink",
    "activity_sink": "(connection: hub.values.connection.Connection) -> hub.roles.ActivitySink",
    "preparation": "(connection: hub.values.connection.Connection) -> hub.roles.Preparation",
    "message_gateway": "(connection: hub.values.connection.Connection) -> hub.roles.MessageGateway",
}
METHODS = {
    "ContactSource": {
        "changed": "cursor: str | None -> Page[SourceContact]",
        "fields": " -> Sequence[SourceField]",
        "get": "refs: Sequence[Ref] -> dict[Ref, SourceContact | None]",
        "refs": "cursor: str | None -> Page[Ref]",
    },
    "ReceivesEvents": {"receive": "request: Inbound -> Sequence[Event]"},
    "Acknowledges": {"acknowledge": "request: Inbound -> Acknowledgement | None"},
    "PollsEvents": {"poll": "cursor: str | None -> Page[Event]"},
    "OptOutSink": {"record": "opt_outs: Sequence[OptOut] -> Sequence[Outcome]"},
    "ConsentSink": {"record": "consents: Sequence[Consent] -> Sequence[Outcome]"},
    "ActivitySink": {"note": "activities: Sequence[Activity] -> Sequence[Outcome]"},
    "Preparation": {
        "make": "key: str -> Prepared",
        "steps": " -> Sequence[PreparationStep]",
    },
    "MessageGateway": {"send": "outgoing: Outgoing -> Receipt"},
    "ReceivesReports": {"receive": "request: Inbound -> Sequence[DeliveryReport | Reply]"},
    "LooksUp": {"find": "key: str -> Receipt | DeliveryReport | None"},
    "FindsSent": {"find_sent": "sent: Sent -> Receipt | DeliveryReport | None"},
}


def hooks() -> dict[str, str]:
    return {
        name: str(inspect.signature(function))
        for name, function in vars(spec).items()
        if hasattr(function, "hub_spec")
    }


def methods(role: type) -> dict[str, str]:
    found = {}
    for name, function in vars(role).items():
        if inspect.isfunction(function) and not name.startswith("_"):
            signature = inspect.signature(function)
            arguments = [str(each) for each in list(signature.parameters.values())[1:]]
            found[name] = short(f"{', '.join(arguments)} -> {signature.return_annotation}")
    return found


def short(text: str) -> str:
    """Leave the modules out of what `str` makes of a type."""
    text = re.sub(r"<class '([\w.]+)'>", r"\1", text)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load(read(Path(__file__).parents[2] / "plugins.toml", {}).load, Guard())


def test_the_version_and_the_entry_points_stand() -> None:
    assert spec.VERSION == "1.0"
    assert spec.ENTRY_POINTS == "hub.plugins.v1"


def test_the_hooks_have_the_names_and_arguments_of_1_0() -> None:
    assert hooks() == HOOKS


@pytest.mark.parametrize("role", METHODS)
def test_the_roles_have_the_methods_of_1_0(role: str) -> None:
    assert methods(getattr(roles, role)) == METHODS[role]


def test_a_gateway_has_a_profile() -> None:
    profile = vars(roles.MessageGateway)["profile"]

    assert isinstance(profile, property)
    assert "GatewayProfile" in str(inspect.signature(profile.fget))


def test_no_role_is_missing_here() -> None:
    protocols = {name for name, value in vars(roles).items() if getattr(value, "_is_protocol", 0)}

    assert protocols - {"Protocol"} == set(METHODS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_says_what_one_gets_when_what_happens_on_failure_since_when_and_who(
    hook: str,
) -> None:
    said = inspect.getdoc(getattr(spec, hook)) or ""
    paragraphs = [" ".join(part.split()) for part in said.split("\n\n")]

    assert re.match(r"(Give|Sign in and give) the .+\.$", paragraphs[0]), "what the caller gets"
    assert paragraphs[1].startswith("Asked "), "when it is asked"
    assert re.match(r"(If it|If `|If a call|Every plugin has this hook\. If it)", paragraphs[2])
    assert re.search(r"Since spec \d\.\d\. Used by: [a-z_, ]+\.$", paragraphs[-1])


@pytest.mark.parametrize("role", METHODS)
def test_each_method_of_a_role_says_what_one_gets(role: str) -> None:
    for name in METHODS[role]:
        assert inspect.getdoc(getattr(getattr(roles, role), name)), f"{role}.{name}"


@pytest.mark.parametrize("hook", HOOKS)
def test_used_by_names_the_built_in_plugins_that_have_the_hook(
    registry: Registry, hook: str
) -> None:
    said = " ".join((inspect.getdoc(getattr(spec, hook)) or "").split())
    users = set(said.rpartition("Used by: ")[2].rstrip(".").split(", "))

    have = {
        name
        for name, plugin in registry.plugins.items()
        if hook in plugin.roles
        or hook == "connection_settings"
        or (hook == "check_connection" and plugin.can_check)
        or (hook == "preparation" and plugin.can_prepare)
    }
    assert users == have


def test_every_hook_has_a_user_and_every_role_a_hook() -> None:
    assert set(HOOKS) == {"connection_settings", "check_connection", "preparation", *ROLES, *ADDED}
