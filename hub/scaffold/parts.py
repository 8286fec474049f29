"""The parts of a new package that depend on its roles."""

_MODULES = {
    "contact_source": ("contacts", "Contacts", "ContactSource"),
    "event_trigger": ("triggers", "Triggers", "EventTrigger"),
    "opt_out_sink": ("opt_outs", "OptOuts", "OptOutSink"),
    "activity_sink": ("notes", "Notes", "ActivitySink"),
    "message_gateway": ("gateway", "Gateway", "MessageGateway"),
}
_DOES = {
    "contact_source": "- reads people and what they agreed to, page by page",
    "event_trigger": "- takes signed webhooks and tells the hub what happened",
    "opt_out_sink": "- writes opt-outs back to the people's records",
    "activity_sink": "- notes on a person what became of an SMS",
    "message_gateway": "- sends SMS, takes delivery reports and replies, looks an SMS up",
}
_READS = {
    "contact_source": "- reads `phone`, `name`, `sms_consent`, `sms_consent_at`, `sms_opt_out` and "
    "whatever else is mapped",
    "event_trigger": "- reads the id of the person in a webhook; the hub reads the rest again",
    "opt_out_sink": "- writes `sms_opt_out`",
    "activity_sink": "- writes notes, without number and without the text of the SMS",
    "message_gateway": "- writes number and text of each SMS to $Class",
}
_LIMITS = {
    "contact_source": "- The example reads the list of fields before each page; keep it for a "
    "while where that costs much.",
    "message_gateway": "- Rate, burst and longest text in `gateway.py` are the example's: write "
    "those of $Class.",
}
_MAPPING = """
            "mapping": {
                "phone": "phone",
                "name": "name",
                "consent": "sms_consent",
                "consent_yes": ["yes"],
                "consent_at": "sms_consent_at",
                "opt_out": "sms_opt_out",
                "opt_out_value": ["stopped"],
                "attributes": {"store": "store"},
            },"""


def hooks_module(roles: frozenset[str], name: str) -> str:
    """Give the package's `__init__.py`: hooks and nothing else."""
    chosen = [role for role in _MODULES if role in roles]
    kinds = sorted(["Account", "Connection", "Settings", *(_MODULES[role][2] for role in chosen)])
    imports = sorted(
        [
            f"from .client import {name}Client",
            f"from .settings import {name}Settings",
            *(f"from .{_MODULES[role][0]} import {name}{_MODULES[role][1]}" for role in chosen),
        ]
    )
    one_line = f"from hub.sdk import {', '.join([*kinds, 'hookimpl'])}"
    many = "".join(f"    {kind},\n" for kind in [*kinds, "hookimpl"])
    lines = [
        f'"""{name} for the SMS Connector Hub. The hooks here are what it can do."""',
        "",
        one_line if len(one_line) <= 100 else f"from hub.sdk import (\n{many})",
        "",
        *imports,
        "",
        "",
        "@hookimpl",
        "def connection_settings() -> type[Settings]:",
        f"    return {name}Settings",
        "",
        "",
        "@hookimpl",
        "def check_connection(connection: Connection) -> Account:",
        f"    return {name}Client(connection).account()",
    ]
    for role in chosen:
        _, suffix, kind = _MODULES[role]
        lines += [
            "",
            "",
            "@hookimpl",
            f"def {role}(connection: Connection) -> {kind}:",
            f"    return {name}{suffix}(connection)",
        ]
    return "\n".join(lines) + "\n"


def notice(roles: frozenset[str]) -> str:
    """Give the sample webhook of the sandbox: an event, or a report for a gateway."""
    if "message_gateway" in roles and "event_trigger" not in roles:
        return '{"id": "r-1", "type": "report", "key": "sms-1", "state": "delivered"}'
    if "message_gateway" in roles:
        # One notice that an event trigger and a gateway can both read.
        return (
            "{\n"
            '            "id": "n-1",\n'
            '            "type": "person_changed",\n'
            '            "person": "1",\n'
            '            "key": "sms-1",\n'
            '            "state": "delivered",\n'
            "        }"
        )
    return '{"id": "n-1", "type": "person_changed", "person": "1"}'


def sandbox_mapping(roles: frozenset[str]) -> dict[str, str]:
    """Give the mapping of the sandbox's connection; a gateway has no records to map."""
    if roles <= {"message_gateway"}:
        return {"mapping": "", "mapping_note": "; a gateway has no mapping"}
    return {"mapping": _MAPPING, "mapping_note": ", with every field of the mapping"}


def readme_parts(roles: frozenset[str], name: str, prefix: str) -> dict[str, str]:
    """Give the lines of the README that depend on the roles; `prefix` begins variables' names."""
    chosen = [role for role in _MODULES if role in roles]
    signs = roles & {"event_trigger", "message_gateway"}
    limits = [_LIMITS[role].replace("$Class", name) for role in chosen if role in _LIMITS]
    before = (
        f"\nWhere {name} calls the hub, make a webhook there with a secret of your own. The "
        "address is\n`HUB_PUBLIC_URL`, `/in/`, the name of the connection and a slash."
    )
    signs_with = f'\n    webhook_secret = {{ env = "{prefix}_WEBHOOK_SECRET" }}'
    return {
        "does": "\n".join(_DOES[role] for role in chosen),
        "reads": "\n".join(_READS[role].replace("$Class", name) for role in chosen),
        "before": before if signs else "",
        "limits": "\n".join(limits or [f"- What {name} cannot do."]),
        "signs": signs_with if signs else "",
    }
