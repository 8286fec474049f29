"""A store and its keys belong together: making the first ring, refusing a wrong one."""

from contextlib import suppress
from datetime import UTC, datetime

from hub.config import Config
from hub.errors import ConfigError
from hub.store import keyfacts
from hub.store.cipher import Cipher, Keys
from hub.store.database import Database
from hub.store.keyfacts import KeyFacts
from hub.store.keys import KINDS, KeyRing, new_ring, parse, read_file, write_file


def open_cipher(database: Database, config: Config) -> Cipher:
    """Give the cipher of this store, which follows its keys while it lives.

    Raises what `open_ring` raises.
    """
    ring = open_ring(database, config)
    return Cipher(keys_now(database, config, ring), lambda old: keys_now(database, config, old))


def open_ring(database: Database, config: Config) -> KeyRing:
    """Give the key ring of this store.

    A store that is new and empty makes itself a key file. Raises ConfigError(`HUB_KEYS`) where
    the ring is missing, or lacks a key that rows of this store may need: a hub that could not find
    its exclusion list again must not start.
    """
    with database.read() as tx:
        facts = keyfacts.read(tx)
    ring = find_ring(config)
    if ring is None:
        if facts.known:
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
    _check(facts, ring)
    if len(facts.used) < 2:
        with database.write() as tx:
            facts = keyfacts.remember_first(tx, ring, datetime.now(UTC))
        # Another process may have written down its own keys first.
        _check(facts, ring)
    return ring


def keys_now(database: Database, config: Config, before: KeyRing) -> Keys:
    """Give the ring as it is now, and what new rows use.

    A file that is away, broken or of another store leaves the ring as it was `before`; whoever
    starts anew is told of it. Raises StoreUnavailable.
    """
    with database.read() as tx:
        facts = keyfacts.read(tx)
    found = None
    with suppress(ConfigError, OSError, UnicodeDecodeError):
        found = find_ring(config)
    ring = before if found is None or _wrong(facts, found) else found
    # Two hosts may each have made a key of the same number: only the one that was announced counts.
    expected = facts.new | facts.known
    for kind in KINDS:
        for number in ring.of(kind):
            print_ = ring.fingerprint(kind, number)
            if expected.get(f"{kind}:{number}", print_) != print_:
                ring = ring.without(kind, number)
    data, index = (facts.used.get(kind, max(ring.of(kind), default=1)) for kind in KINDS)
    return Keys(ring=ring, data=data, index=index)


def find_ring(config: Config) -> KeyRing | None:
    """Give the ring of `HUB_KEYS` or of the key file; None where there is neither.

    Raises ConfigError(`HUB_KEYS`) where it cannot be read.
    """
    if config.keys is not None:
        return parse(config.keys)
    return read_file(config.key_file) if config.key_file.exists() else None


def _wrong(facts: KeyFacts, ring: KeyRing) -> list[str]:
    """Give the names of the keys that rows may need and this ring does not have as they were."""
    prints = ring.fingerprints()
    return sorted(name for name, print_ in facts.known.items() if prints.get(name) != print_)


def _check(facts: KeyFacts, ring: KeyRing) -> None:
    wrong = _wrong(facts, ring)
    if wrong:
        names = ", ".join(name.replace(":", " ") for name in wrong)
        raise ConfigError(
            "HUB_KEYS",
            f"The key ring is not the one of this store: {names} missing or different. "
            "Put the right keys back; the hub does not start without them.",
            f"鍵がこのデータベースのものと一致しません({names})。"
            "正しい鍵を戻すまでハブは起動しません。",
        )
