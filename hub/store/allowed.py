"""Queries about the addresses from which console and API may be used."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.access import allowed_network as _allowed


def networks(tx: Tx, who: str) -> list[str]:
    """Give the networks of one list; none where every address is allowed."""
    query = sa.select(_allowed.c.network).where(_allowed.c.who == who)
    return [str(each) for each in tx.execute(query.order_by(_allowed.c.network)).scalars()]


def put(tx: Tx, who: str, networks_: Sequence[str], by: str, now: datetime) -> None:
    """Let a list hold these networks and no other; those that stay keep who added them."""
    gone = sa.delete(_allowed).where(_allowed.c.who == who, _allowed.c.network.not_in(networks_))
    tx.execute(gone)
    there = set(networks(tx, who))
    for network in networks_:
        if network not in there:
            tx.execute(
                sa.insert(_allowed).values(who=who, network=network, added_at=now, added_by=by)
            )
