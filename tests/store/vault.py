"""A store with its key file, and rows in every encrypted column, whatever the tables are."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub.config import Config, read_config
from hub.store import keyfacts, rotation, sealed
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.identity import open_cipher
from hub.store.tables.base import UtcTime

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


def config_of(folder: Path, **variables: str) -> Config:
    """The configuration of a hub whose key file is in this folder."""
    return read_config({"HUB_DATA_DIR": str(folder), **variables})


class Vault:
    """A store and its keys; every `_enc` column of every table can be filled."""

    def __init__(self, url: str, folder: Path) -> None:
        self.db = Database(url)
        self.config = config_of(folder)
        self.cipher = open_cipher(self.db, self.config)
        self.texts: dict[tuple[str, int], str] = {}

    def fill(self, rows: int) -> None:
        """Add so many rows to every table with an encrypted column."""
        with self.db.write() as tx:
            for table in dict.fromkeys(each.column.table for each in sealed.columns()):
                for _ in range(rows):
                    self._add(tx, table)

    def count(self, column: str) -> int:
        """How many values a column has."""
        return sum(1 for name, _ in self.texts if name == column)

    def read(self, cipher: Cipher | None = None) -> dict[tuple[str, int], str]:
        """Open every value, by column and row."""
        found = {}
        with self.db.read() as tx:
            for each in sealed.columns():
                query = sa.select(each.id, each.column, *each.named_by).where(
                    each.column.is_not(None)
                )
                for id_, blob, *names in tx.execute(query):
                    text = (cipher or self.cipher).decrypt(blob, each.context(*names))
                    found[each.name, id_] = text
        return found

    def under(self) -> set[int]:
        """The numbers of the data keys that some value is under."""
        with self.db.read() as tx:
            return {key for counted in sealed.counts(tx).values() for key in counted}

    def rotate(self, kind: keyfacts.Kind = "data", now: datetime = NOW) -> int:
        """Bring a new key and let new rows use it; give its number. Old rows do not follow yet."""
        coming = rotation.next_key(self.db, self.config, kind)
        rotation.announce(self.db, self.config, coming)
        with self.db.write() as tx:
            assert keyfacts.use(tx, kind, coming.number, now)
        self.cipher.look_again()
        return coming.number

    def _add(self, tx: sa.Connection, table: sa.Table) -> int:
        values = {
            column.name: self._value(tx, column)
            for column in table.columns
            if not column.nullable and column.server_default is None and not _numbered(column)
        }
        id_ = int(tx.execute(sa.insert(table).values(**values)).inserted_primary_key[0])
        for each in sealed.columns():
            if each.column.table is table:
                row = tx.execute(sa.select(*each.named_by).where(each.id == id_)).one()
                text = f"{each.name} {id_} 鍵"
                blob = self.cipher.encrypt(text, each.context(*row))
                tx.execute(sa.update(table).where(each.id == id_).values({each.column.name: blob}))
                self.texts[each.name, id_] = text
        return id_

    def _value(self, tx: sa.Connection, column: sa.Column[Any]) -> Any:
        for key in column.foreign_keys:
            return self._add(tx, key.column.table)
        if isinstance(column.type, UtcTime):
            return NOW
        if isinstance(column.type, sa.LargeBinary):
            return secrets.token_bytes(16)
        if isinstance(column.type, sa.String):
            return secrets.token_hex(20)[: column.type.length or 20]
        return {} if isinstance(column.type, sa.JSON) else 0


def _numbered(column: sa.Column[Any]) -> bool:
    return column is column.table.autoincrement_column
