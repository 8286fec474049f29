"""Purposes (利用目的): what people agree to be texted about, in versions."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from hub.consent.classes import MessageClass, advertises
from hub.consent.entry import ALL, CONFIRMATION, PROMOTIONAL, UNSPECIFIED
from hub.errors import ConfigError
from hub.store import ledger as ledger_rows
from hub.store import purposes as queries
from hub.store.database import Tx
from hub.store.purposes import PurposeRow

Purpose = PurposeRow

CLASSES = tuple(str(each) for each in MessageClass)
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_RESERVED = frozenset({ALL, PROMOTIONAL, UNSPECIFIED})


def ensure(
    tx: Tx,
    key: str,
    message_class: str,
    label: str,
    text: str,
    now: datetime,
    *,
    same_as: int | None = None,
    wider: bool = False,
) -> Purpose:
    """Give the purpose as it is described here, with a new version where it was not so before.

    What was agreed to earlier keeps the version it was agreed under. Whether it covers the new
    version goes by class. Consent to advertising is consent to a text: it does not cover another
    one, unless that is declared to say no more than version `same_as`. The ground of a notice is
    no text, and covers the next one unless that is declared to be `wider` (個人情報保護法 art. 18:
    no use beyond the purpose). Another class is always wider.

    `mixed` becomes promotional, because a message that advertises at all is advertising
    (特定電子メール法 art. 2). Raises ConfigError: `purpose` for a key or a class that cannot be
    used, `same_as` for a version that this one cannot be the same as.
    """
    message_class = PROMOTIONAL if message_class == "mixed" else message_class
    _check(key, message_class)
    # Two processes that start at once would both add the same version.
    ledger_rows.lock(tx)
    known = queries.versions(tx, [key]).get(key, [])
    _check_declared(known, message_class, same_as, wider=wider)
    last = known[-1] if known else None
    if last and (last.message_class, last.label, last.text) == (message_class, label, text):
        declared = same_as is not None or wider
        if not declared or same_as in (last.same_as, last.version):
            return last
    if same_as is None and not wider:
        same_as = _by_class(last, message_class, text)
    return queries.add(
        tx,
        key=key,
        version=len(known) + 1,
        message_class=message_class,
        label=label,
        text=text,
        same_as=same_as,
        now=now,
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


def versions(tx: Tx, key: str) -> list[Purpose]:
    """Give every version of a purpose, oldest first; none where there is no such purpose."""
    return queries.versions(tx, [key]).get(key, [])


def consents(tx: Tx, key: str) -> dict[int, int]:
    """Count the consents and other grounds in the ledger by the version they were given to.

    Those from before the purpose was described count for its first version.
    """
    counts: dict[int, int] = {}
    for version, count in queries.consents(tx, key).items():
        counts[version or 1] = counts.get(version or 1, 0) + count
    return counts


def hold(tx: Tx, key: str, *, why: str, by: str, now: datetime) -> bool:
    """Put a purpose under a legal hold: nothing of it is sent until it is released.

    Say whether it was not held yet. Raises ConfigError: `purpose` where there is none, `why`
    where nothing is said.
    """
    _must_be_there(tx, key)
    if not why.strip():
        raise ConfigError(
            "why",
            "why: a hold needs its reason, such as the number of the order. Write it.",
            "why: 保全の理由(命令の番号など)を書いてください。",
        )
    ledger_rows.lock(tx)
    return queries.hold(tx, key, why.strip(), by, now)


def release(tx: Tx, key: str, *, by: str, now: datetime) -> bool:
    """Lift a purpose's legal hold; say whether there was one. Raises ConfigError(`purpose`)."""
    _must_be_there(tx, key)
    return queries.release(tx, key, by, now)


def in_force(known: Sequence[Purpose], at: datetime | None, version: int | None) -> Purpose | None:
    """Give the version somebody agreed to: the one they were shown, else the newest of that time.

    `known` are the versions, oldest first. What is older than all of them, or has no date, was
    agreed to the first: a later one may say more.
    """
    if not known:
        return None
    shown = [each for each in known if each.version == version]
    before = [each for each in known if at is not None and each.created_at <= at]
    return (shown or before or known[:1])[-1]


def covered(known: Sequence[Purpose]) -> frozenset[int]:
    """Give the versions whose consents cover the newest one: itself, and what it is the same as.

    `known` are all versions. A purpose nobody described is covered by its first version, which is
    what consents from before a description are to.
    """
    by_number = {each.version: each for each in known}
    covers: set[int] = set()
    version: int | None = known[-1].version if known else 1
    while version is not None:
        covers.add(version)
        version = by_number[version].same_as if version in by_number else None
    return frozenset(covers)


def _check(key: str, message_class: str) -> None:
    if not _KEY.fullmatch(key) or key in _RESERVED:
        raise ConfigError(
            "purpose",
            f'"{key[:60]}" cannot name a purpose. Write small letters, digits, - and _, '
            f"and none of {', '.join(sorted(_RESERVED))}.",
            f"「{key[:60]}」は利用目的の名前に使えません。英小文字・数字・-・_で書き、"
            f"{'・'.join(sorted(_RESERVED))}は避けてください。",
        )
    if message_class not in CLASSES:
        raise ConfigError(
            "purpose",
            f"Purpose {key}: its class must be promotional or transactional, or debt_collection. "
            "Write one of them.",
            f"利用目的{key}: 区分はpromotional(広告)・transactional(連絡)・"
            "debt_collection(督促)のいずれかにしてください。",
        )
    if key == CONFIRMATION and message_class != MessageClass.TRANSACTIONAL:
        raise ConfigError(
            "purpose",
            f"{CONFIRMATION} is the purpose of confirmation codes. Make it transactional.",
            f"{CONFIRMATION}は確認コードの利用目的です。区分はtransactionalにしてください。",
        )


def _check_declared(
    known: Sequence[Purpose], message_class: str, same_as: int | None, *, wider: bool
) -> None:
    if same_as is None:
        return
    like = next((each for each in known if each.version == same_as), None)
    if wider or like is None or like.message_class != message_class:
        raise ConfigError(
            "same_as",
            f"There is no version {same_as} of that class that this one could say no more than. "
            "See hub consent purpose show, or leave the version out.",
            f"同じ区分の第{same_as}版がないため、同じ範囲とはできません。"
            "hub consent purpose show で版を確認するか、指定を外してください。",
        )


def _by_class(last: Purpose | None, message_class: str, text: str) -> int | None:
    if last is None or last.message_class != message_class:
        return None
    return None if advertises(message_class) and last.text != text else last.version


def _must_be_there(tx: Tx, key: str) -> None:
    if get(tx, key) is None:
        raise ConfigError(
            "purpose",
            f'There is no purpose "{key[:60]}". List them with hub consent purpose list.',
            f"利用目的「{key[:60]}」はありません。hub consent purpose list で確認してください。",
        )
