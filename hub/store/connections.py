"""Queries about connections: what is known, in what state, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import access, connections
from hub.values.connection import Account, Usage
from hub.values.mapping import FieldMapping
from hub.values.words import Words

_table = connections.connection
_LOCK = 0x534D58


@dataclass(frozen=True, kw_only=True)
class ConnectionRow:
    """One connection as the store knows it."""

    id: int
    name: str
    plugin: str
    label: str
    site_id: int | None
    origin: str
    enabled: bool
    state: str
    reason: Words
    state_since: datetime
    grounds_suspended_at: datetime | None
    mapping: FieldMapping | None
    settings_enc: bytes | None = field(repr=False)
    settings_print: bytes | None = field(repr=False)
    account_id: str | None
    account_label: str | None
    last_pull_at: datetime | None
    usage: Usage | None = None
    usage_at: datetime | None = None
    advice: tuple[Words, ...] = ()


def _row(row: sa.Row[Any]) -> ConnectionRow:
    return ConnectionRow(
        id=row.id,
        name=row.name,
        plugin=row.plugin,
        label=row.label,
        site_id=row.site_id,
        origin=row.origin,
        enabled=row.enabled,
        state=row.state,
        reason=Words(ja=row.reason_ja, en=row.reason_en),
        state_since=row.state_since,
        grounds_suspended_at=row.grounds_suspended_at,
        mapping=None if row.mapping is None else _mapping(row.mapping),
        settings_enc=row.settings_enc,
        settings_print=row.settings_print,
        account_id=row.account_id,
        account_label=row.account_label,
        last_pull_at=row.last_pull_at,
        usage=None if row.usage is None else _usage(row.usage),
        usage_at=row.usage_at,
        advice=tuple(Words(**words) for words in row.advice or ()),
    )


def _mapping(values: Mapping[str, Any]) -> FieldMapping:
    own = {name: FieldMapping(**each) for name, each in values.get("objects", {}).items()}
    return FieldMapping(**{**values, "objects": own})


def _usage(values: Mapping[str, Any]) -> Usage:
    return Usage(what=Words(**values["what"]), used=values["used"], limit=values["limit"])


def all_rows(tx: Tx) -> list[ConnectionRow]:
    """Give every connection that was not removed, by name."""
    rows = tx.execute(
        sa.select(_table).where(_table.c.removed_at.is_(None)).order_by(_table.c.name)
    )
    return [_row(row) for row in rows]


def by_id(tx: Tx, connection_id: int) -> ConnectionRow | None:
    """Give one connection, a removed one too."""
    row = tx.execute(sa.select(_table).where(_table.c.id == connection_id)).first()
    return None if row is None else _row(row)


def hold(tx: Tx) -> None:
    """Let no other process bring connections in until the end of `tx`.

    Processes that start together would each find a connection missing and make it.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def put(
    tx: Tx,
    *,
    name: str,
    plugin: str,
    label: str,
    site_id: int | None,
    origin: str,
    mapping: FieldMapping | None,
    settings_enc: bytes | None,
    now: datetime,
) -> int:
    """Add a connection or change the one of that name; give its id. A new one starts enabled."""
    values: dict[str, Any] = {
        "plugin": plugin,
        "label": label,
        "site_id": site_id,
        "origin": origin,
        "mapping": None if mapping is None else _mapping_json(mapping),
        "settings_enc": settings_enc,
        "removed_at": None,
    }
    known = tx.execute(sa.select(_table.c.id).where(_table.c.name == name)).scalar()
    if known is not None:
        tx.execute(sa.update(_table).where(_table.c.id == known).values(**values))
        return int(known)
    made = tx.execute(
        sa.insert(_table).values(
            name=name, enabled=True, state="ok", state_since=now, created_at=now, **values
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def _mapping_json(mapping: FieldMapping) -> dict[str, Any]:
    return {key: _plain(value) for key, value in vars(mapping).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, FieldMapping):
        return _mapping_json(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return value


def settings_context(name: str) -> str:
    """Name the place of a connection's settings for the cipher."""
    return f"connection.settings:{name}"


def set_state(tx: Tx, connection_id: int, state: str, reason: Words, now: datetime) -> bool:
    """Set a connection's state; say whether anything changed (`state_since` moves only then)."""
    changed = tx.execute(
        sa.update(_table)
        .where(
            _table.c.id == connection_id,
            sa.or_(_table.c.state != state, _table.c.reason_en != reason.en),
        )
        .values(state=state, reason_ja=reason.ja, reason_en=reason.en, state_since=now)
    )
    return changed.rowcount > 0


def set_enabled(tx: Tx, connection_id: int, enabled: bool) -> None:
    """Enable or disable a connection. A disabled one still gets its opt-outs pushed."""
    tx.execute(sa.update(_table).where(_table.c.id == connection_id).values(enabled=enabled))


def set_settings_print(tx: Tx, connection_id: int, print_: bytes) -> None:
    """Remember which settings the connection is used with."""
    tx.execute(sa.update(_table).where(_table.c.id == connection_id).values(settings_print=print_))


def suspend_grounds(tx: Tx, connection_id: int, reason: Words, now: datetime) -> None:
    """Let nothing this connection vouches for count, from now until `restore_grounds`."""
    tx.execute(
        sa.update(_table)
        .where(_table.c.id == connection_id)
        .values(
            grounds_suspended_at=sa.func.coalesce(_table.c.grounds_suspended_at, now),
            reason_ja=reason.ja,
            reason_en=reason.en,
        )
    )


def restore_grounds(tx: Tx, connection_id: int) -> None:
    """Let what this connection vouches for count again."""
    tx.execute(
        sa.update(_table)
        .where(_table.c.id == connection_id, _table.c.grounds_suspended_at.is_not(None))
        .values(grounds_suspended_at=None, reason_ja="", reason_en="")
    )


def set_account(tx: Tx, connection_id: int, account: Account, now: datetime) -> None:
    """Remember whom the platform says we are, and what it advises."""
    tx.execute(
        sa.update(_table)
        .where(_table.c.id == connection_id)
        .values(
            account_id=account.id,
            account_label=account.label,
            advice=[vars(words) for words in account.advice] or None,
        )
    )
    if account.usage is not None:
        set_usage(tx, connection_id, account.usage, now)


def set_usage(tx: Tx, connection_id: int, usage: Usage, now: datetime) -> None:
    """Remember how much of the platform's limit is used."""
    told = {"what": vars(usage.what), "used": usage.used, "limit": usage.limit}
    tx.execute(
        sa.update(_table).where(_table.c.id == connection_id).values(usage=told, usage_at=now)
    )


def site_for(tx: Tx, key: str, now: datetime) -> int:
    """Give the id of the site with this key, made if it is not there."""
    known = tx.execute(sa.select(access.site.c.id).where(access.site.c.key == key)).scalar()
    if known is not None:
        return int(known)
    made = tx.execute(sa.insert(access.site).values(key=key, label=key, created_at=now))
    return int(made.inserted_primary_key[0])  # type: ignore[index]
