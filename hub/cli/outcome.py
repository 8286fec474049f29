"""What becomes of a send, in words: how many in which state, and why some get nothing."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError
from rq import Worker

from hub.cli import language
from hub.cli.output import note, say, table, tell, word
from hub.cli.progress import Bar
from hub.factory import Hub
from hub.messages.misfits import Tally
from hub.messages.orders import SendResult
from hub.messages.reasons import words_for
from hub.messages.states import State
from hub.queue import queue
from hub.store import messages, sends
from hub.values.labels import MESSAGE_STATES

MOVING = (State.QUEUED, State.CLAIMED, State.SUBMITTING)
REPORTS_WITHIN = 60.0
"""Seconds `--wait` gives delivery reports after the last message left."""


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why so many messages are in a state."""

    code: str
    state: str
    count: int

    def words(self) -> str:
        """Give the sentence."""
        return words_for(self.code).in_(language())


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Counts of messages by state, why some are in theirs, and SMS segments.

    `gateways` are those they go by, in the order they are tried. A dry run has `billed_units`, an
    estimate of what the first will charge for; it and the refusal of one SMS have `misfits`.
    """

    states: Mapping[str, int]
    reasons: Sequence[Why]
    segments: int
    gateways: Sequence[int] = ()
    billed_units: int | None = None
    misfits: Sequence[Tally] = ()

    def count(self, *states: State) -> int:
        """Give how many are in one of these states."""
        return sum(self.states.get(state, 0) for state in states)


def of_preview(result: SendResult) -> Outcome:
    """Give the outcome of a dry run: all its reasons are the gate's or the text's."""
    return Outcome(
        states=result.states,
        reasons=[
            Why(code=code, state=State.REFUSED, count=count)
            for code, count in result.reasons.items()
        ],
        segments=result.segments,
        gateways=result.gateways,
        billed_units=result.billed_units,
        misfits=result.misfits,
    )


def of_one(state: str, reason: str | None, segments: int, gateways: Sequence[int] = ()) -> Outcome:
    """Give the outcome of a single SMS."""
    reasons = [Why(code=reason, state=state, count=1)] if reason else []
    return Outcome(states={state: 1}, reasons=reasons, segments=segments, gateways=gateways)


def of_send(hub: Hub, send_id: int) -> Outcome:
    """Give the outcome of a send as it stands in the store now."""
    states: Counter[str] = Counter()
    reasons: list[Why] = []
    with hub.database.read() as tx:
        for (state, reason), count in messages.counts(tx, send_id).items():
            states[state] += count
            if reason:
                reasons.append(Why(code=reason, state=state, count=count))
        segments = messages.segments_of_send(tx, send_id)
        gateways = sends.chain(tx, send_id)
    return Outcome(states=states, reasons=reasons, segments=segments, gateways=gateways)


def show(outcome: Outcome) -> None:
    """Print how many are in which state, the sentence of every reason, and the segments."""
    counted = [(state, outcome.states[state]) for state in State if outcome.states.get(state)]
    rows = [[f"{count:,}", word(MESSAGE_STATES, state)] for state, count in counted]
    _print_counts(rows)
    if outcome.reasons:
        tell("理由:", "Why:")
        reasons = sorted(outcome.reasons, key=lambda why: (-why.count, why.code))
        _print_counts([[f"{why.count:,}", why.words()] for why in reasons])
    tell(f"SMS通数(分割後): {outcome.segments:,}", f"SMS segments: {outcome.segments:,}")
    if outcome.billed_units is not None:
        tell(
            f"課金単位(見込み): {outcome.billed_units:,}",
            f"Units charged (estimate): {outcome.billed_units:,}",
        )


def via(hub: Hub, outcome: Outcome) -> list[str]:
    """Give the names of the gateways the messages go by, in the order they are tried."""
    names = {row.id: row.name for row in hub.connections.rows()}
    return [names.get(id_, "-") for id_ in outcome.gateways]


def show_via(hub: Hub, outcome: Outcome) -> None:
    """Print the gateways, where there is a choice of them or not."""
    first, *others = via(hub, outcome) or ["-"]
    then = ", ".join(others)
    tell(
        f"経路: {first}" + (f"(受け付けられないとき: {then})" if others else ""),
        f"Via: {first}" + (f" (where it does not take it: {then})" if others else ""),
    )


def values(outcome: Outcome) -> dict[str, Any]:
    """Give the outcome for `--json`."""
    return {
        "states": dict(outcome.states),
        "reasons": [
            {"code": why.code, "state": why.state, "count": why.count, "words": why.words()}
            for why in sorted(outcome.reasons, key=lambda why: (why.code, why.state))
        ],
        "segments": outcome.segments,
    }


def say_who_sends(hub: Hub) -> None:
    """Say whether somebody is there to send what was ordered."""
    try:
        workers = Worker.count(queue=queue(hub.bells.redis, "send"))
    except (RedisError, OSError):
        note(
            "ブローカーに接続できません。メッセージは保存済みです。"
            "hub run を起動すると送信します。",
            "The broker does not answer. The messages are stored; hub run sends them.",
        )
        return
    if not workers:
        note(
            "送信ワーカーが動いていません。hub run(または hub worker send)を起動してください。",
            "No worker is there to send. Start hub run, or hub worker send.",
        )


def wait(hub: Hub, send_id: int, *, quiet: bool) -> Outcome:
    """Wait until nothing of the send is on its way and reports had their time; give what became.

    Held messages are not waited for. Ctrl-C ends the waiting and nothing else.
    """
    left_at: float | None = None
    with Bar(say("送信中", "Sending"), quiet=quiet) as bar:
        try:
            while True:
                now = of_send(hub, send_id)
                total = sum(now.states.values())
                moving = now.count(*MOVING)
                bar.show(_line(now), total - moving, total)
                left_at = None if moving else left_at or time.monotonic()
                reported = not now.count(State.SUBMITTED)
                if left_at and (reported or time.monotonic() - left_at > REPORTS_WITHIN):
                    return now
                time.sleep(0.5)
        except KeyboardInterrupt:
            note("待機を終了しました。送信は続きます。", "Not waiting any longer; sending goes on.")
            return of_send(hub, send_id)


def _line(outcome: Outcome) -> str:
    parts = [
        f"{word(MESSAGE_STATES, state)} {outcome.states[state]:,}"
        for state in State
        if outcome.states.get(state)
    ]
    return ", ".join(parts)


def _print_counts(rows: list[list[str]]) -> None:
    widest = max((len(row[0]) for row in rows), default=0)
    table(["", ""], [[row[0].rjust(widest), row[1]] for row in rows], indent="  ")
