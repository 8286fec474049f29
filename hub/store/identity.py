"""A store and its keys belong together: making the first ring, refusing a wrong one."""

from contextlib import suppress

import sqlalchemy as sa

from hub.config import Config
from hub.errors import ConfigError
from hub.store.database import Database
from hub.store.keys import KeyRing, new_ring, parse, read_file, write_file
from hub.store.tables.base import hub_fact

_PREFIX = "key:"


def open_ring(database: Database, config: Config) -> KeyRing:
    """Give the key ring of this store.

    A store that is new and empty makes itself a key file. Raises ConfigError(`HUB_KEYS`) where
    the ring is missing, or lacks a key this store was written with: a hub that could not find its
    exclusion list again must not start.
    """
    with database.read() as tx:
        known = _known(tx)
    ring = _find_ring(config)
    if ring is None:
        if known:
            raise ConfigError(
                "HUB_KEYS",
                f"The key file {config.key_file} is missing, and this store was written with it. "
                "Put the file back, or set HUB_KEYS; nothing can be read without it.",
                f"このデータベースの鍵ファイル{config.key_file}がありません。"
                "鍵ファイルを戻すか、HUB_KEYSを設定してください。鍵がなければ何も読めません。",
            )
        # Another process may start at the same moment: whoever made the file first wins.
        with suppress(FileExistsError):
            write_file(config.key_file, new_ring())
        ring = read_file(config.key_file)
    prints = ring.fingerprints()
    wrong = sorted(name for name, print_ in known.items() if prints.get(name) != print_)
    if wrong:
        names = ", ".join(name.replace(":", " ") for name in wrong)
        raise ConfigError(
            "HUB_KEYS",
            f"The key ring is not the one of this store: {names} missing or different. "
            "Put the right keys back; the hub does not start without them.",
            f"鍵がこのデータベースのものと一致しません({names})。"
            "正しい鍵を戻すまでハブは起動しません。",
        )
    _remember(database, {n: p for n, p in prints.items() if n not in known})
    return ring


def _find_ring(config: Config) -> KeyRing | None:
    if config.keys is not None:
        return parse(config.keys)
    return read_file(config.key_file) if config.key_file.exists() else None


def _known(tx: sa.Connection) -> dict[str, str]:
    rows = tx.execute(sa.select(hub_fact).where(hub_fact.c.key.startswith(_PREFIX)))
    return {row.key.removeprefix(_PREFIX): row.value for row in rows}


def _remember(database: Database, prints: dict[str, str]) -> None:
    if not prints:
        return
    with database.write() as tx:
        there = _known(tx)
        for name, print_ in prints.items():
            if name not in there:
                tx.execute(sa.insert(hub_fact).values(key=_PREFIX + name, value=print_))
