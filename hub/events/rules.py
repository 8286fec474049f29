"""Rules: which event sets off which template, and how a repeat is known."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.connections.directory import Connections
from hub.errors import ConfigError
from hub.messages import library
from hub.store import rules as queries
from hub.store.database import Tx
from hub.store.events import EventRow
from hub.store.rules import RuleRow


def define(
    tx: Tx,
    connections: Connections,
    *,
    label: str,
    connection: str,
    event_type: str,
    template_key: str,
    gateway: str,
    created_by: str,
    now: datetime,
    once_per_record: bool = False,
    conditions: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write down a rule, enabled at once; give its id.

    `connection` and `gateway` are names. `conditions` names attributes and the values that let a
    record through. Raises ConfigError for a name that is not there, a connection that tells of no
    events, a gateway that is none, or an attribute that is not mapped.
    """
    source, sender = connections.row(connection), connections.row(gateway)
    _must_have(connections.roles(source), "event_trigger", source.label)
    _must_have(connections.roles(sender), "message_gateway", sender.label)
    library.find(tx, template_key)
    mapped = source.mapping.attributes if source.mapping else {}
    for key in conditions or {}:
        if key not in mapped:
            raise ConfigError(
                "conditions",
                f'"{source.label}" has no attribute "{key}". Map it first, or write one of: '
                f"{', '.join(mapped) or 'none'}.",
                f"「{source.label}」に属性「{key}」はありません。先にマッピングするか、"
                f"次から選んでください: {', '.join(mapped) or 'なし'}",
            )
    if not event_type.strip():
        raise ConfigError(
            "event_type",
            "event_type: write the event that sets the rule off, such as record_added.",
            "event_type: record_addedのように、ルールを起動するイベントを書いてください。",
        )
    return queries.add(
        tx,
        label=label,
        connection_id=source.id,
        event_type=event_type,
        template_key=template_key,
        gateway_id=sender.id,
        once_per_record=once_per_record,
        conditions=conditions or {},
        created_by=created_by,
        now=now,
    )


def lets_through(rule: RuleRow, attributes: Mapping[str, str]) -> bool:
    """Say whether a record with these attributes meets the rule's conditions."""
    return all(attributes.get(key) in values for key, values in rule.conditions.items())


def send_key(rule: RuleRow, event: EventRow) -> str:
    """Name the send that this event sets off: the same name twice is one SMS.

    A rule that texts once per record names it by the record, every other by the event.
    """
    if not rule.once_per_record:
        return f"rule:{rule.id}:{event.id}"
    record = f"{event.connection_id}:{event.ref}"
    return f"rule:{rule.id}:record:{hashlib.sha256(record.encode()).hexdigest()[:40]}"


def _must_have(roles: frozenset[str], role: str, label: str) -> None:
    if role in roles:
        return
    what = {
        "event_trigger": ("tells of no events", "イベントを通知できません"),
        "message_gateway": ("sends no messages", "メッセージを送信できません"),
    }[role]
    raise ConfigError(
        "connection",
        f'"{label}" {what[0]}. Choose another connection.',
        f"「{label}」は{what[1]}。別の接続を選んでください。",
    )
