"""Purposes (利用目的): what people agree to be texted about, in versions."""

import re
from collections.abc import Collection
from datetime import datetime

from hub.consent.entry import ALL, PROMOTIONAL
from hub.errors import ConfigError
from hub.store import ledger as ledger_rows
from hub.store import purposes as queries
from hub.store.database import Tx
from hub.store.purposes import PurposeRow

Purpose = PurposeRow

CLASSES = ("promotional", "transactional")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_RESERVED = frozenset({ALL, PROMOTIONAL})


def ensure(tx: Tx, key: str, message_class: str, label: str, text: str, now: datetime) -> Purpose:
    """Give the purpose as it is described here, with a new version where it was not so before.

    What was agreed to earlier keeps the version it was agreed under. `mixed` becomes promotional,
    because a message that advertises at all is advertising (特定電子メール法 art. 2). Raises
    ConfigError(`purpose`) for a key or a class that cannot be used.
    """
    message_class = PROMOTIONAL if message_class == "mixed" else message_class
    if not _KEY.fullmatch(key) or key in _RESERVED:
        raise ConfigError(
            "purpose",
            f'"{key[:60]}" cannot name a purpose. Write small letters, digits, - and _, '
            'and neither "all" nor "promotional".',
            f"「{key[:60]}」は利用目的の名前に使えません。英小文字・数字・-・_で書き、"
            "allとpromotionalは避けてください。",
        )
    if message_class not in CLASSES:
        raise ConfigError(
            "purpose",
            f"Purpose {key}: its class must be promotional or transactional. Write one of them.",
            f"利用目的{key}: 区分はpromotional(広告)かtransactional(連絡)にしてください。",
        )
    # Two processes that start at once would both add the same version.
    ledger_rows.lock(tx)
    known = queries.current(tx, [key]).get(key)
    if known and (known.message_class, known.label, known.text) == (message_class, label, text):
        return known
    version = known.version + 1 if known else 1
    return queries.add(
        tx, key=key, version=version, message_class=message_class, label=label, text=text, now=now
    )


def get(tx: Tx, key: str) -> Purpose | None:
    """Give the purpose's newest version, or None where there is no such purpose."""
    return queries.current(tx, [key]).get(key)


def get_all(tx: Tx, keys: Collection[str]) -> dict[str, Purpose]:
    """Give the newest version of those of these purposes that there are."""
    return queries.current(tx, keys)


def every(tx: Tx) -> list[Purpose]:
    """Give the newest version of every purpose, by key."""
    return queries.every(tx)
