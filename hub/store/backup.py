"""Reading a whole store into a backup, and loading one: one transaction each, in flat memory."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from hub.store import audit, keyfacts, ledger
from hub.store.backup_file import Head, TablePart, Writer, no_backup, read, unwritten
from hub.store.bulk import Bulk, Forms, moment, write
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.tables.base import UtcTime, hub_fact, metadata
from hub.store.upgrade import newest

LEFT_OUT = frozenset({"session", "sign_in_link"})
"""Tables no backup holds: whoever was signed in signs in again."""

_PART = 500


def save(database: Database, cipher: Cipher, file: IO[bytes], now: datetime) -> dict[str, int]:
    """Write the store as it is at this moment; give the rows of each table.

    The hub goes on meanwhile. Raises StoreUnavailable, OSError.
    """
    writer = Writer(file, cipher)
    with database.snapshot() as tx:
        writer.head(_head(tx, database.dialect, now))
        for table in metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            kinds = [_kind(column) for column in table.columns]
            names = [str(column.name) for column in table.columns]
            writer.table(
                TablePart(name=str(table.name), columns=tuple(zip(names, kinds, strict=True)))
            )
            columns = [
                sa.cast(column, sa.Text) if kind == "json" else column
                for column, kind in zip(table.columns, kinds, strict=True)
            ]
            query = sa.select(*columns).order_by(*table.primary_key.columns)
            for row in tx.execute(query.execution_options(yield_per=_PART)):
                writer.row(list(row))
    return writer.end()


def is_empty(tx: Tx) -> bool:
    """Say whether the store has no rows but what it knows about itself."""
    return not any(
        tx.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in metadata.sorted_tables
        if table is not hub_fact
    )


def clear(tx: Tx) -> None:
    """Take every row out of the store."""
    for table in reversed(metadata.sorted_tables):
        tx.execute(sa.delete(table))


def load(tx: Tx, cipher: Cipher, path: Path) -> dict[str, int]:
    """Put the rows of a backup into a store without rows; give the rows of each table.

    The caller's transaction must not be committed where this raises: BadBackup for a file that is
    not as it was written, which is known at its end only.
    """
    tables = {table.name: table for table in metadata.sorted_tables}
    counted: dict[str, int] = {}
    rows: Iterable[list[Any]]
    for part, rows in _by_table(path, read(path, cipher)):
        table = tables.get(part.name)
        if table is None or {name for name, _ in part.columns} - set(table.columns.keys()):
            raise no_backup(path)
        counted[part.name] = _put(tx, part, rows)
    if tx.dialect.name == "postgresql":
        _set_sequences(tx)
    for name, count in counted.items():
        if tx.execute(sa.select(sa.func.count()).select_from(tables[name])).scalar() != count:
            raise no_backup(path)
    return counted


def _head(tx: Tx, engine: str, now: datetime) -> Head:
    heads = {"ledger": ledger.head(tx), "audit": audit.head(tx)}
    return Head(
        made_at=now.isoformat(),
        schema=newest(),
        engine=engine,
        keys=keyfacts.read(tx).known,
        heads={name: f"{head.seq}:{head.hash.hex()}" for name, head in heads.items() if head},
    )


def _kind(column: sa.Column[Any]) -> str:
    kinds = ((UtcTime, "time"), (sa.LargeBinary, "bytes"), (sa.JSON, "json"))
    return next((kind for type_, kind in kinds if isinstance(column.type, type_)), "plain")


def _by_table(
    path: Path, parts: Iterator[TablePart | list[Any]]
) -> Iterator[tuple[TablePart, Iterator[list[Any]]]]:
    waiting: list[TablePart] = []

    def rows() -> Iterator[list[Any]]:
        for each in parts:
            if isinstance(each, TablePart):
                waiting.append(each)
                return
            yield each

    if list(islice(rows(), 1)) or not waiting:
        raise no_backup(path)
    while waiting:
        yield waiting.pop(), rows()


def _put(tx: Tx, part: TablePart, rows: Iterator[list[Any]]) -> int:
    names = ", ".join(f'"{name}"' for name, _ in part.columns)
    marks = ", ".join("?" for _ in part.columns)
    opened: Forms = [
        (place, partial(unwritten, "bytes"))
        for place, (_, kind) in enumerate(part.columns)
        if kind == "bytes"
    ]
    times: Forms = [
        (place, _moment) for place, (_, kind) in enumerate(part.columns) if kind == "time"
    ]
    # Only names that are our own tables' and columns' come here.
    bulk = Bulk(
        columns=tuple(name for name, _ in part.columns),
        sqlite=f'INSERT INTO "{part.name}" ({names}) VALUES ({marks})',  # noqa: S608
        sqlite_forms=[*opened, *times],
        postgresql=f'COPY "{part.name}" ({names}) FROM STDIN',
        postgresql_forms=opened,
        copies=True,
    )
    count = 0
    while some := list(islice(rows, _PART)):
        write(tx, bulk, some)
        count += len(some)
    return count


def _moment(text: str) -> str:
    return moment(datetime.fromisoformat(text))


def _set_sequences(tx: Tx) -> None:
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is not None:
            tx.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), "  # noqa: S608
                    f'GREATEST((SELECT max("{key.name}") FROM "{table.name}"), 1)) '
                    f"WHERE pg_get_serial_sequence('{table.name}', '{key.name}') IS NOT NULL"
                )
            )
