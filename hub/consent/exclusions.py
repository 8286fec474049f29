"""The exclusion list (送信除外リスト): numbers that must not be texted, and for what.

It belongs to the number, for all sites, and outlives erasure. To opt somebody out use
`hub.optout.act`, which also writes the ledger and tells the platforms; this is its list.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from hub.consent.entry import ALL, PROMOTIONAL
from hub.store import exclusions as queries
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow, NewExclusion

Exclusion = ExclusionRow

_PURPOSE = "purpose:"


class Origin(StrEnum):
    """Where an opt-out was said. 施行規則 art. 5: any way that makes the number known counts."""

    PAGE = "page"
    REPLY = "reply"
    PLATFORM = "platform"
    GATEWAY = "gateway"
    AGENT = "agent"
    ADMIN = "admin"
    IMPORT = "import"
    API = "api"


def purpose_scope(purpose_key: str) -> str:
    """Give the scope that covers one purpose."""
    return f"{_PURPOSE}{purpose_key}"


def check_scope(scope: str) -> str:
    """Give the scope back. Raises ValueError where it is none of the three kinds."""
    if scope in (ALL, PROMOTIONAL) or (scope.startswith(_PURPOSE) and len(scope) > len(_PURPOSE)):
        return scope
    raise ValueError("a scope is all, promotional or purpose:<key>")


def filed_under(scope: str) -> str:
    """Give the ledger's purpose key for a withdrawal of this scope."""
    return scope.removeprefix(_PURPOSE)


def bars(scope: str, purpose_key: str, *, promotional: bool) -> bool:
    """Say whether an exclusion of this scope bars a message for this purpose."""
    if scope == PROMOTIONAL:
        return promotional
    return scope == ALL or scope == purpose_scope(purpose_key)


def exclude(tx: Tx, wanted: Sequence[NewExclusion], now: datetime) -> list[Exclusion]:
    """Put numbers on the list; give the rows, in the order given.

    What happened never counts as later than now. The caller holds the locks of the contacts.
    Raises ValueError for a scope or an origin that is none. The store refuses a second active row
    of one scope.
    """
    rows = [
        replace(
            each,
            scope=check_scope(each.scope),
            origin=str(Origin(each.origin)),
            actor=each.actor[:200],
            occurred_at=min(each.occurred_at, now),
        )
        for each in wanted
    ]
    return queries.add(tx, rows, now)


def lift(tx: Tx, exclusion_ids: Sequence[int], *, by: str, why: str, now: datetime) -> int:
    """Take rows off the list; give how many were active. They stay readable, with who and why."""
    return queries.lift(tx, exclusion_ids, by, why, now)


def active(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[Exclusion]]:
    """Give the active rows of each contact, oldest first; a contact may have none."""
    return queries.active(tx, contact_ids)
