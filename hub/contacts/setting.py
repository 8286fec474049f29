"""What records are read under: the connection, what was declared of it, and when it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.consent import collections
from hub.contacts.known import Source
from hub.store import links
from hub.store.connections import ConnectionRow
from hub.store.database import Tx


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a page is read under.

    `sinks` are the connections that take opt-outs. `read_at` is when the platform was asked, so
    never later than what the records say. `round_` marks records as met by a pass over
    everything. With `rewrite` names and attributes are stored anew even where nothing seems to
    have changed; with `keep_values` they are stored whatever the verdict, for a record that is
    about to give another ground.
    """

    connection: ConnectionRow
    source: Source
    sinks: frozenset[int]
    sites: Mapping[str, int]
    read_at: datetime
    round_: datetime | None = None
    rewrite: bool = False
    keep_values: bool = False


def source_of(tx: Tx, connection: ConnectionRow) -> Source:
    """Give a connection as the source of entries, with the declarations that stand."""
    return Source(
        connection_id=connection.id,
        actor=f"connection:{connection.name}",
        collections=collections.covering(tx, connection.id),
    )


def setting_for(
    tx: Tx,
    connection: ConnectionRow,
    sinks: frozenset[int],
    read_at: datetime,
    *,
    round_: datetime | None = None,
    rewrite: bool = False,
    keep_values: bool = False,
) -> Setting:
    """Give the setting of one page, as declarations and sites are in this transaction."""
    return Setting(
        connection=connection,
        source=source_of(tx, connection),
        sinks=sinks,
        sites=links.site_ids(tx),
        read_at=read_at,
        round_=round_,
        rewrite=rewrite,
        keep_values=keep_values,
    )
