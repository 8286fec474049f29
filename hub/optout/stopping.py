"""Stopping many numbers at once: a handful of statements, however many they are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.consent import exclusions
from hub.consent.entry import EventType
from hub.consent.exclusions import Exclusion
from hub.optout.repeats import is_not_yet_restored, is_said_anew
from hub.optout.said import Saying, write
from hub.optout.stop import Stop
from hub.store import exclusions as exclusion_rows
from hub.store import pushes as push_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.exclusions import NewExclusion, SaidRow
from hub.store.further import Record, records_of
from hub.store.pushes import NewPush, PushRow


@dataclass(frozen=True, kw_only=True)
class OptOutResult:
    """The exclusion that stands now, and whether it stood before.

    `exclusion_id` is None where the record only showed what the hub itself had written to it.
    """

    exclusion_id: int | None
    already: bool


def stop_all(
    tx: Tx,
    cipher: Cipher,
    stops: Sequence[Stop],
    now: datetime,
    sink_connections: Collection[int],
) -> list[OptOutResult]:
    """Do these stops, of which no two are of one contact; give what became of each.

    The caller holds the locks of the contacts.
    """
    ids = [stop.contact_id for stop in stops]
    pushes = _by_contact(ids, push_rows.of_contacts(tx, ids))
    active = exclusions.active(tx, ids)
    new: list[Stop] = []
    standing: list[tuple[Stop, Exclusion]] = []
    results: dict[int, OptOutResult] = {}
    for stop in stops:
        rows = [row for row in active[stop.contact_id] if row.scope == stop.scope]
        if is_not_yet_restored(stop, pushes[stop.contact_id], now):
            results[stop.contact_id] = OptOutResult(exclusion_id=None, already=True)
        elif rows:
            standing.append((stop, rows[0]))
            results[stop.contact_id] = OptOutResult(exclusion_id=rows[0].id, already=True)
        else:
            new.append(stop)
    again = _said_again(tx, standing, pushes, now)
    rows = _exclude(tx, new, now)
    sayings = [
        Saying(exclusion=row, said=stop.said, occurred_at=stop.occurred_at)
        for stop, row in [*again, *zip(new, rows, strict=True)]
    ]
    write(tx, cipher, EventType.WITHDRAWN, sayings, now)
    _tell(tx, rows, pushes, sink_connections, now)
    for row in rows:
        results[row.contact_id] = OptOutResult(exclusion_id=row.id, already=False)
    return [results[id_] for id_ in ids]


def telling(
    row: Exclusion, records: Sequence[Record], sink_connections: Collection[int]
) -> list[NewPush]:
    """Give the pushes that tell these records; the one that said so itself is not told."""
    return [
        NewPush(
            exclusion_id=row.id,
            connection_id=record.connection_id,
            ref=record.ref,
            change="opt_out",
            acted_at=row.occurred_at,
        )
        for record in records
        if record.connection_id in sink_connections
        and (record.connection_id, record.ref) != (row.connection_id, row.source_ref)
    ]


def _said_again(
    tx: Tx,
    standing: Sequence[tuple[Stop, Exclusion]],
    pushes: Mapping[int, Sequence[PushRow]],
    now: datetime,
) -> list[tuple[Stop, Exclusion]]:
    """Note on the standing exclusions what was said again some other way; give those."""
    before: dict[int, list[SaidRow]] = {row.id: [] for _, row in standing}
    for said in exclusion_rows.said(tx, list(before)):
        before[said.exclusion_id].append(said)
    again = [
        (stop, row)
        for stop, row in standing
        if is_said_anew(stop, pushes[stop.contact_id], before[row.id], now)
    ]
    exclusion_rows.repeat(
        tx,
        {row.id: max(row.said_last, min(stop.occurred_at or now, now)) for stop, row in again},
    )
    return again


def _exclude(tx: Tx, new: Sequence[Stop], now: datetime) -> list[Exclusion]:
    wanted = [
        NewExclusion(
            contact_id=stop.contact_id,
            scope=stop.scope,
            origin=stop.origin,
            actor=stop.actor,
            occurred_at=stop.occurred_at or now,
            connection_id=stop.connection_id,
            source_ref=stop.source_ref,
            message_id=stop.message_id,
            note=stop.note,
            **({"key": stop.key} if stop.key else {}),
        )
        for stop in new
    ]
    return exclusions.exclude(tx, wanted, now) if wanted else []


def _tell(
    tx: Tx,
    rows: Sequence[Exclusion],
    pushes: Mapping[int, Sequence[PushRow]],
    sink_connections: Collection[int],
    now: datetime,
) -> None:
    ids = [row.contact_id for row in rows]
    restores = [push.id for id_ in ids for push in pushes[id_] if push.change == "restore"]
    push_rows.supersede(tx, restores)
    records = records_of(tx, ids)
    told = [
        push for row in rows for push in telling(row, records[row.contact_id], sink_connections)
    ]
    push_rows.add(tx, told, now)


def _by_contact(ids: Sequence[int], pushes: Iterable[PushRow]) -> dict[int, list[PushRow]]:
    found: dict[int, list[PushRow]] = {id_: [] for id_ in ids}
    for push in pushes:
        found[push.contact_id].append(push)
    return found
