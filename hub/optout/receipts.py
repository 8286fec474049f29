"""Receipts: for each opt-out the records that were told, in what state, how old, what is wrong."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.store import counts
from hub.store import receipts as queries
from hub.store.database import Tx
from hub.store.receipts import ReceiptRow

Receipt = ReceiptRow

WAITING = ("open", "blocked")
"""States in which a platform has not acknowledged yet."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many records are in each state, and since when the oldest waits; None: none waits."""

    by_state: dict[str, int]
    oldest: datetime | None


def listing(
    tx: Tx,
    *,
    limit: int,
    before_id: int | None = None,
    exclusion_id: int | None = None,
    contact_id: int | None = None,
    connection_id: int | None = None,
    states: Collection[str] | None = None,
    sites: Collection[int] | None = None,
) -> list[Receipt]:
    """Give receipts, those of the newest opt-out first; `before_id` (an exclusion) pages on.

    With `sites` only those of records that belong to one of these sites, by their ids.
    """
    return queries.listing(
        tx,
        limit=limit,
        before_id=before_id,
        exclusion_id=exclusion_id,
        contact_id=contact_id,
        connection_id=connection_id,
        states=states,
        sites=sites,
    )


def summary(tx: Tx) -> Summary:
    """Count records by state and give how long the oldest has been waiting."""
    return Summary(by_state=counts.pushes_by_state(tx), oldest=counts.oldest_open_push(tx))


def age(receipt: Receipt, now: datetime) -> timedelta:
    """Give how long the platform took, or has been taking."""
    return (receipt.acknowledged_at or now) - receipt.since
