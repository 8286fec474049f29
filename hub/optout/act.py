"""Opting out, and what takes it back: each in the caller's own transaction, waiting for nobody.

Exclusion, ledger entry and one push for each record are committed together. Everything here locks
the contact first and the ledger after it; whoever acts for several contacts in one transaction
locks them all beforehand (`hub.store.people.lock_contacts`), or hands them all to `opt_out_many`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.consent import exclusions
from hub.consent.entry import ALL, PROMOTIONAL, EventType, Method
from hub.consent.exclusions import Exclusion, Origin, bars
from hub.optout.restoring import tell_records
from hub.optout.said import Said, Saying, write
from hub.optout.stop import Stop
from hub.optout.stopping import OptOutResult, stop_all, telling
from hub.store import erasure
from hub.store import exclusions as exclusion_rows
from hub.store import pushes as push_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.further import records_of
from hub.store.people import lock_contacts

UNDO_FOR = timedelta(minutes=10)
"""How long a tap can be taken back on the page that took it."""

AHEAD = timedelta(minutes=10)
"""How far another clock may be ahead of ours; an act dated later than that proves nothing."""


@dataclass(frozen=True, kw_only=True)
class ReopenResult:
    """The exclusions that were lifted; none where one of them is as new as the act, or newer."""

    lifted: tuple[int, ...]


def opt_out(
    tx: Tx,
    cipher: Cipher,
    *,
    contact_id: int,
    scope: str,
    origin: Origin | str,
    actor: str,
    occurred_at: datetime | None,
    now: datetime,
    sink_connections: Collection[int],
    message_id: int | None = None,
    connection_id: int | None = None,
    source_ref: str | None = None,
    ip: str | None = None,
    user_agent: str | None = None,
    note: str = "",
    controller: str = "",
    method: Method | None = None,
    key: str | None = None,
) -> OptOutResult:
    """Stop everything of this scope for a number, and have every record of it told.

    `occurred_at` is when the person said so, None where nobody knows; it never counts as later
    than now. Repeating is harmless: where the scope is stopped already nothing is added, save
    that the person said it again some other way. Disabled connections are told too. The record
    that the withdrawal came from (`connection_id`, `source_ref`) shows it already and is not told.
    `key` is the name the exclusion has in the journal already. Raises ValueError for a scope or an
    origin that is none.
    """
    stop = Stop(
        contact_id=contact_id,
        scope=scope,
        origin=Origin(origin),
        actor=actor,
        occurred_at=occurred_at,
        connection_id=connection_id,
        source_ref=source_ref,
        message_id=message_id,
        ip=ip,
        user_agent=user_agent,
        note=note,
        controller=controller,
        method=method,
        key=key,
    )
    return opt_out_many(tx, cipher, [stop], now=now, sink_connections=sink_connections)[0]


def opt_out_many(
    tx: Tx,
    cipher: Cipher,
    stops: Sequence[Stop],
    *,
    now: datetime,
    sink_connections: Collection[int],
) -> list[OptOutResult]:
    """Do what `opt_out` does for each of these, as if one came after the other; give the results.

    Several stops of one contact keep their order. Raises ValueError for a scope that is none.
    """
    lock_contacts(tx, [stop.contact_id for stop in stops])
    results: dict[int, OptOutResult] = {}
    for places in _turns(stops):
        turn = [stops[place] for place in places]
        done = stop_all(tx, cipher, turn, now, sink_connections)
        results.update(zip(places, done, strict=True))
    return [results[place] for place in range(len(stops))]


def _turns(stops: Sequence[Stop]) -> list[list[int]]:
    """Give the places of the first stop of every contact, then of every second one, and so on."""
    turns: list[list[int]] = []
    had: Counter[int] = Counter()
    for place, stop in enumerate(stops):
        turn = had[stop.contact_id]
        if turn == len(turns):
            turns.append([])
        turns[turn].append(place)
        had[stop.contact_id] += 1
    return turns


def push_for_links(
    tx: Tx, contact_ids: Sequence[int], sink_connections: Collection[int], now: datetime
) -> int:
    """Have records told that were seen after their number opted out; give how many.

    Called with the contacts of a page that was just read; costs one statement where none of them
    is on the exclusion list. A record that says stop itself is left alone.
    """
    listed = {id_: rows for id_, rows in exclusions.active(tx, contact_ids).items() if rows}
    if not listed:
        return 0
    records = records_of(tx, list(listed))
    return push_rows.add(
        tx,
        [
            push
            for id_, rows in listed.items()
            for row in rows
            for push in telling(
                row, [each for each in records[id_] if not each.out], sink_connections
            )
        ],
        now,
    )


def push_again(tx: Tx, connection_id: int, refs: Sequence[str], now: datetime) -> int:
    """Tell records again that acknowledged a standing opt-out and no longer show it.

    A platform where somebody unticked the field, with no dated act of the person, is no new
    consent.
    """
    return push_rows.reopen(tx, connection_id, refs, now)


def undo(
    tx: Tx,
    cipher: Cipher,
    *,
    contact_id: int,
    exclusion_id: int,
    message_id: int | None,
    actor: str,
    now: datetime,
    sink_connections: Collection[int],
    ip: str | None = None,
    user_agent: str | None = None,
    controller: str = "",
) -> bool:
    """Take back a tap on the page, with the link that was tapped; say whether that was possible.

    What was agreed before stands again. Records that were told already get a restore.
    """
    lock_contacts(tx, [contact_id])
    row = exclusion_rows.by_id(tx, exclusion_id)
    if row is None or row.contact_id != contact_id or not can_undo(row, message_id, now):
        return False
    said = Said(
        method=Method.PAGE,
        actor=actor,
        connection_id=None,
        source_ref=None,
        ip=ip,
        user_agent=user_agent,
        controller=controller,
    )
    exclusions.lift(tx, [row.id], by=actor, why="undone", now=now)
    saying = Saying(exclusion=row, said=said, occurred_at=now)
    write(tx, cipher, EventType.RENEWED, [saying], now)
    tell_records(tx, contact_id, [row], acted_at=now, sink_connections=sink_connections, now=now)
    return True


def can_undo(row: Exclusion, message_id: int | None, now: datetime) -> bool:
    """Say whether the page may still take this back: tapped here, just now, and said once only."""
    return (
        row.origin == Origin.PAGE
        and row.message_id == message_id
        and row.lifted_at is None
        and row.repeated_at is None
        and timedelta(0) <= now - row.recorded_at <= UNDO_FOR
    )


def reopen(
    tx: Tx,
    cipher: Cipher,
    *,
    contact_id: int,
    purpose_key: str | None,
    occurred_at: datetime,
    why: str,
    actor: str,
    now: datetime,
    sink_connections: Collection[int],
    connection_id: int | None = None,
    source_ref: str | None = None,
    ip: str | None = None,
    user_agent: str | None = None,
    controller: str = "",
) -> ReopenResult:
    """Lift what bars a number, because the person said yes after they had said stop.

    With a purpose, the person agreed to that purpose anew and the caller has written, or writes,
    that entry itself: other purposes stay barred by the withdrawal in the ledger. Without one they
    took their stop back (START): what it ended stands again, and no consent is made that was not
    there. `why` is a short code (`consent`, `start`, `paper`). Nothing is lifted where one of the
    exclusions is as new as the act, or where the act is dated ahead of now. A number that was
    erased before the act may be known again.
    """
    lock_contacts(tx, [contact_id])
    if occurred_at <= now + AHEAD:
        erasure.come_back(tx, [contact_id], occurred_at, records=purpose_key is None)
    barring = [
        row
        for row in exclusions.active(tx, [contact_id])[contact_id]
        if (
            row.scope in (ALL, PROMOTIONAL)
            if purpose_key is None
            else bars(row.scope, purpose_key, promotional=True)
        )
    ]
    late = occurred_at > now + AHEAD
    if late or not barring or any(row.said_last >= occurred_at for row in barring):
        return ReopenResult(lifted=())
    ids = [row.id for row in barring]
    exclusions.lift(tx, ids, by=actor, why=why, now=now)
    if purpose_key is None:
        said = Said(
            method=Method.KEYWORD,
            actor=actor,
            connection_id=connection_id,
            source_ref=source_ref,
            ip=ip,
            user_agent=user_agent,
            controller=controller,
        )
        sayings = [Saying(exclusion=row, said=said, occurred_at=occurred_at) for row in barring]
        write(tx, cipher, EventType.RENEWED, sayings, now)
    tell_records(
        tx, contact_id, barring, acted_at=occurred_at, sink_connections=sink_connections, now=now
    )
    return ReopenResult(lifted=tuple(ids))
