"""Standing rules: what goes by itself when its time is over, and a forecast of it.

個人情報保護法 art. 22 asks for erasure without delay once data is not needed any more; 特定商取引法
art. 12-3 for the record of consent to be kept. The rules are `hub.config.Keeping`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.config import Keeping
from hub.contacts import erasure
from hub.contacts.erasure import Canceling
from hub.store import cleansing, erasure_aim, erasure_orders, retention
from hub.store.database import Database, Tx
from hub.store.erasure_aim import Aim

STEP = 500
"""How many rows one transaction clears."""

JAPAN = ZoneInfo("Asia/Tokyo")
_YEAR = 366
"""Days; a term of years never ends too soon."""


class Rule(StrEnum):
    """Why something goes."""

    TEXTS = "texts"
    REPLIES = "replies"
    EVENTS = "events"
    CONTACTS = "contacts"
    EVIDENCE = "evidence"
    ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Going:
    """So much goes on one day (in Japan) by one rule; the past means with the next run.

    Counted are texts, replies, events, numbers, erased numbers with evidence, and people.
    """

    day: date
    rule: Rule
    count: int


def apply(
    db: Database,
    cancel_messages: Canceling,
    clock: Callable[[], datetime],
    keeping: Keeping,
    *,
    deadline: datetime | None = None,
) -> Mapping[Rule, int]:
    """Clear what is over its time, in short transactions, until the deadline; give how much.

    Harmless to repeat: what is left, the next run finds. Raises StoreUnavailable.
    """
    done: Counter[Rule] = Counter()

    def late() -> bool:
        return deadline is not None and clock() >= deadline

    for kind, (rule, days) in _terms(keeping).items():
        more = days is not None
        while more and days is not None and not late():
            found, cleared = _clear(db, kind, clock(), timedelta(days=days))
            done[rule] += cleared if kind != "digits" else 0
            more = found >= STEP
    if keeping.contacts_days is not None:
        done[Rule.CONTACTS] = _by_age(db, cancel_messages, clock, keeping.contacts_days, late)
    return +done


def forecast(db: Database, keeping: Keeping, now: datetime) -> list[Going]:
    """Give what goes when and why, the next day first, by what is kept now."""
    with db.read() as tx:
        found = [
            *_after(Rule.CONTACTS, keeping.contacts_days, retention.days_of_numbers(tx)),
            *_ordered(tx, now),
        ]
        for kind, (rule, days) in _terms(keeping).items():
            if kind != "digits":
                found += _after(rule, days, retention.days(tx, kind))
    return sorted(found, key=lambda each: (each.day, each.rule))


def _terms(keeping: Keeping) -> Mapping[str, tuple[Rule, int | None]]:
    return {
        "texts": (Rule.TEXTS, keeping.bodies_days),
        # What an opt-out page shows of the number goes with the SMS that led there.
        "digits": (Rule.TEXTS, keeping.bodies_days),
        "replies": (Rule.REPLIES, keeping.replies_days),
        "events": (Rule.EVENTS, keeping.events_days),
        "sources": (Rule.EVIDENCE, keeping.evidence_years * _YEAR),
    }


def _clear(db: Database, kind: str, now: datetime, kept_for: timedelta) -> tuple[int, int]:
    """Give how many rows were over their time, and how many lost something."""
    with db.read() as tx:
        keys = retention.find(tx, kind, now - kept_for, STEP)
    if not keys:
        return 0, 0
    with db.write() as tx:
        cleared = retention.clear(tx, kind, keys)
        if cleared:
            cleansing.note_erased(tx, now.isoformat())
    return len(keys) if cleared else 0, cleared


def _by_age(
    db: Database,
    cancel_messages: Canceling,
    clock: Callable[[], datetime],
    days: int,
    late: Callable[[], bool],
) -> int:
    after = people = 0
    while not late():
        after, done = erasure.keep_to_age(db, cancel_messages, clock(), days, after)
        people += done
        if not after:
            break
    return people


def _after(rule: Rule, days: int | None, counted: Mapping[date, int]) -> Sequence[Going]:
    if days is None:
        return []
    # The run that clears comes within the day after the term has ended.
    return [
        Going(day=day + timedelta(days=days), rule=rule, count=count)
        for day, count in counted.items()
    ]


def _ordered(tx: Tx, now: datetime) -> list[Going]:
    return [
        Going(
            day=row.due_at.astimezone(JAPAN).date(),
            rule=Rule.ORDER,
            count=erasure_aim.count(
                tx, Aim(kind=row.kind, subject=row.subject, before=row.started_at or now)
            ),
        )
        for row in erasure_orders.listing(tx, open_only=True, limit=1000)
    ]
