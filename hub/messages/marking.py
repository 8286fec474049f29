"""The gate at the mark: the last look before messages leave.

In one short transaction the numbers of a small group are held, what is known of them is loaded for
the whole group, and each message is marked `submitting` with its evidence, or refused, held. An
opt-out takes the same locks, so one that was committed before always wins.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.consent import standing
from hub.consent.classes import advertises
from hub.consent.gate import Allow, Deny, Hold, Question, Verdict, decide
from hub.consent.policy import Policy
from hub.consent.standing import Standing
from hub.messages import freshness, moves
from hub.messages.halting import halt
from hub.messages.moves import Move, moved
from hub.messages.states import State
from hub.store import messages, people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import MessageRow

LOOK_AGAIN = timedelta(minutes=5)
"""When a held message is looked at again where the gate names no time."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A marked message with what its post needs. `number` is E.164."""

    row: MessageRow
    number: str = field(repr=False)
    text: str = field(repr=False)


def mark(
    tx: Tx,
    cipher: Cipher,
    claimed: Sequence[MessageRow],
    *,
    policy: Policy,
    now: datetime,
    lease_until: datetime,
    sinks: Collection[int],
) -> list[Ready]:
    """Mark those of these claimed messages that may leave now, and give them.

    A message that is not this worker's any more is left alone, one whose send was paused or
    canceled goes no further. The others become refused or held, each with the gate's reason.
    """
    people.lock_contacts(tx, sorted({row.contact_id for row in claimed}))
    locked = messages.lock(tx, [row.id for row in claimed])
    still_ours = [locked[row.id] for row in claimed if _is_ours(row, locked.get(row.id))]
    ours, done = halt(tx, still_ours, now)
    contact_ids = sorted({row.contact_id for row in ours})
    standings = _standings(tx, ours, policy, now)
    # What this group is about to send counts for the next of its messages to the same number.
    marked: dict[int, tuple[datetime, ...]] = {}
    links = people.links_of_contacts(tx, contact_ids)
    numbers = people.numbers_of(tx, cipher, contact_ids)
    texts = messages.bodies(tx, cipher, [row.id for row in ours])
    ready: list[Ready] = []
    for row in ours:
        read_at = freshness.read_at(links[row.contact_id], row.link_id)
        number, text = numbers.get(row.contact_id), texts.get(row.id)
        verdict = ask(
            row,
            _with_marks(standings[row.purpose_key, row.contact_id], marked.get(row.contact_id, ())),
            policy,
            now=now,
            source_read_at=read_at,
        )
        if isinstance(verdict, Allow) and number is not None and text is not None:
            move = moved(
                row,
                State.SUBMITTING,
                now=now,
                evidence_id=verdict.evidence_id,
                source_read_at=read_at,
                attempt=row.attempt + 1,
                claimed_by=row.claimed_by,
                lease_until=lease_until,
                marked_at=now,
            )
            ready.append(Ready(row=move[1], number=number, text=text))
            done.append(move)
            if advertises(row.message_class):
                marked[row.contact_id] = (*marked.get(row.contact_id, ()), now)
        else:
            done.extend(_stopped(row, verdict, now))
    moves.write(tx, done, now=now, sinks=sinks)
    return ready


def ask(
    row: MessageRow,
    known: Standing,
    policy: Policy,
    *,
    now: datetime,
    source_read_at: datetime | None,
) -> Verdict:
    """Ask the gate about a message whose number and display items were found right before."""
    question = Question(
        purpose_key=row.purpose_key,
        message_class=row.message_class,
        now=now,
        not_before=row.not_before,
        not_after=row.not_after,
        source_read_at=source_read_at,
    )
    return decide(question, known, policy)


def _is_ours(claimed: MessageRow, now: MessageRow | None) -> bool:
    return (
        now is not None
        and now.state == State.CLAIMED
        and now.claimed_by == claimed.claimed_by
        and now.attempt == claimed.attempt
    )


def _with_marks(known: Standing, marks: tuple[datetime, ...]) -> Standing:
    number = known.number
    return known._replace(number=number._replace(marks=(*number.marks, *marks))) if marks else known


def _standings(
    tx: Tx, rows: Sequence[MessageRow], policy: Policy, now: datetime
) -> Mapping[tuple[str, int], Standing]:
    by_purpose: dict[str, list[int]] = {}
    for row in rows:
        by_purpose.setdefault(row.purpose_key, []).append(row.contact_id)
    return {
        (purpose_key, contact_id): known
        for purpose_key, contact_ids in by_purpose.items()
        for contact_id, known in standing.load(
            tx, contact_ids, purpose_key, marks_since=policy.counts_from(now)
        ).items()
    }


def _stopped(row: MessageRow, verdict: Verdict, now: datetime) -> list[Move]:
    if row.not_after is not None and row.not_after <= now:
        held = moved(row, State.HELD, now=now, reason="not_after")
        return [held, moved(held[1], State.EXPIRED, now=now, reason="not_after")]
    match verdict:
        case Hold(reason=reason, until=until):
            due_at = until if until is not None and until > now else now + LOOK_AGAIN
            return [moved(row, State.HELD, now=now, reason=reason, due_at=due_at)]
        case Deny(reason=reason):
            return [moved(row, State.REFUSED, now=now, reason=reason)]
        case _:
            # Allowed, but number or text were erased since it was composed.
            return [moved(row, State.REFUSED, now=now, reason="erased")]
