"""Every encrypted column, where its values belong, and under which data key they are.

The columns are those of the tables whose names end in `_enc`: a new one needs a line here, or no
rotation begins.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub.errors import ConfigError
from hub.store import access, connections, events, ledger, messages, people, replies
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.tables.base import metadata

Context = Callable[..., str]

CONTEXTS: Mapping[str, tuple[Context, tuple[str, ...]]] = {
    "connection.settings_enc": (connections.settings_context, ("name",)),
    "contact.number_enc": (people.number_context, ("lookup",)),
    "event.payload_enc": (events.payload_context, ("connection_id", "source_id")),
    "evidence.personal_enc": (ledger.personal_context, ("event_id",)),
    "hub_user.totp_enc": (access.totp_context, ("login",)),
    "link.attributes_enc": (people.attributes_context, ("connection_id", "ref")),
    "link.name_enc": (people.name_context, ("connection_id", "ref")),
    "message.body_enc": (messages.body_context, ("key",)),
    "reply.text_enc": (replies.context, ("gateway_id", "source_id")),
}
"""What names the place of a column's values for the cipher, and from which columns."""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """One encrypted column: the id its rows are walked by, and what names each value's place."""

    column: sa.Column[Any]
    id: sa.Column[Any]
    context: Context
    named_by: tuple[sa.Column[Any], ...]

    @property
    def name(self) -> str:
        """The column with its table: `contact.number_enc`."""
        return f"{self.column.table.name}.{self.column.name}"


@dataclass(frozen=True, kw_only=True)
class Walked:
    """One step over a column: the last id that was seen, how many rows were, and what came of them.

    `unread` counts values that no key of the ring opens; they stay as they are.
    """

    last: int | None
    seen: int = 0
    changed: int = 0
    unread: int = 0


def columns() -> list[Sealed]:
    """Give every encrypted column. Raises KeyError for one that has no line in `CONTEXTS`."""
    found = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_enc"):
                context, names = CONTEXTS[f"{table.name}.{column.name}"]
                (id_,) = table.primary_key.columns
                named_by = tuple(table.c[name] for name in names)
                found.append(Sealed(column=column, id=id_, context=context, named_by=named_by))
    return found


def counts(tx: Tx) -> dict[str, dict[int, int]]:
    """Count the values of every column by the number of their data key."""
    counted: dict[str, dict[int, int]] = {}
    for each in columns():
        key = _key(each)
        query = sa.select(key, sa.func.count()).where(each.column.is_not(None)).group_by(key)
        counted[each.name] = {int.from_bytes(found, "big"): n for found, n in tx.execute(query)}
    return counted


def left(tx: Tx, each: Sealed, used: int) -> int:
    """Count the values of a column that are under another key than this."""
    query = sa.select(sa.func.count()).where(*_older(each, used))
    return int(tx.execute(query).scalar_one())


def seal_again(tx: Tx, cipher: Cipher, each: Sealed, used: int, after: int, limit: int) -> Walked:
    """Put the next values that are under another key under the one that new rows use.

    Rows that another transaction holds are left out and met by a later walk, so that nobody waits
    for anybody. A value that changed meanwhile stays as it is.
    """
    query = (
        sa.select(each.id, each.column, *each.named_by)
        .where(each.id > after, *_older(each, used))
        .order_by(each.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    rows = tx.execute(query).all()
    new, unread = [], 0
    for id_, blob, *names in rows:
        context = each.context(*names)
        try:
            text = cipher.decrypt(blob, context)
        except ConfigError:
            unread += 1
            continue
        new.append({"of_id": id_, "old": blob, "new": cipher.encrypt(text, context)})
    if new:
        tx.execute(
            sa.update(each.column.table)
            .where(each.id == sa.bindparam("of_id"), each.column == sa.bindparam("old"))
            .values({each.column.name: sa.bindparam("new")}),
            new,
        )
    last = rows[-1][0] if rows else None
    return Walked(last=last, seen=len(rows), changed=len(new), unread=unread)


def _older(each: Sealed, used: int) -> tuple[sa.ColumnElement[bool], ...]:
    return each.column.is_not(None), _key(each) != used.to_bytes(2, "big")


def _key(each: Sealed) -> sa.ColumnElement[bytes]:
    """The two bytes of a ciphertext that name its key (`hub.store.cipher`)."""
    return sa.func.substr(each.column, 2, 2, type_=sa.LargeBinary())
