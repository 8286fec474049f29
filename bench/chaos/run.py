"""One run: a send under a storm, what came of it, and whether that may be."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from connectors.kintone.sandbox.people import CUSTOMERS, STOPPED
from hub.consent import purposes
from hub.messages import library
from hub.messages.orders import SendOrder
from hub.store import counts
from hub.store.database import StoreUnavailable

from . import books
from .checker import Violation, violations
from .history import UNKNOWN, History, Message, Post
from .machine import Machine
from .people import People
from .stores import store
from .storm import AHEAD, Storm

BODY = "{{name}}様 {{sender_name}} 冬のセール 配信停止: {{opt_out_url}}"
UNDONE = ("held", "queued", "claimed", "submitting")
PEOPLE_EACH = 4
"""Of the made-up people, a good quarter has a mobile number and agreed."""

OPTING_OUT = 0.25
"""The share of those to be texted who opt out meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to happen. `seconds` is how long the send would take if nothing failed.

    With `wait` the run waits until the hub itself has ended every lease and measures how long that
    takes; without, a host with a fast clock takes them away.
    """

    seed: int
    messages: int
    database: str
    by_key: bool
    seconds: float
    disturbances: int
    wait: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a run; `settled` is the seconds from the last failure to the last message."""

    plan: Plan
    violations: list[Violation]
    history: History
    states: Counter[str]
    kills: int
    points: tuple[str, ...]
    settled: float

    def lines(self) -> list[str]:
        """Give the end of the story."""
        posts = Counter(post.key for post in self.history.posts)
        slowest = max(self.history.pauses, key=lambda pause: pause.seconds, default=None)
        told = [
            f"{sum(self.states.values())} messages: "
            + ", ".join(f"{count} {state}" for state, count in sorted(self.states.items())),
            f"{self.kills} kills, and a worker at {', '.join(self.points) or 'no point'}",
            f"{len(posts)} messages posted, {sum(posts.values()) - len(posts)} of the posts again; "
            f"{self.states[UNKNOWN]} unknown",
            f"{len({stop.contact_id for stop in self.history.stops})} numbers opted out, "
            f"{len(self.history.promises)} were told so",
            f"everything at rest {self.settled:.0f} s after the last failure",
        ]
        if slowest is not None:
            told.append(f"longest without a post: {slowest.seconds:.1f} s ({slowest.after})")
        told += [f"VIOLATION {each.rule}: {each.told}" for each in self.violations]
        return [*told, "" if self.violations else "Nothing lost, nothing doubled, nothing late."]


def run(plan: Plan, say: Callable[[str], None]) -> Outcome:
    """Carry a plan out and give what came of it; `say` hears the story as it goes."""
    with tempfile.TemporaryDirectory(prefix="hub-chaos-") as folder:
        home = Path(folder)
        with store(plan.database, home) as database:
            machine = Machine(
                home,
                database_url=database.url,
                by_key=plan.by_key,
                people=plan.messages * PEOPLE_EACH,
                rate=max(5.0, plan.messages / plan.seconds),
                seed=plan.seed,
            )
            try:
                storm = Storm(machine, database, seed=plan.seed, wait=plan.wait, say=say)
                return _run(plan, machine, storm, say)
            finally:
                machine.close()


def _run(plan: Plan, machine: Machine, storm: Storm, say: Callable[[str], None]) -> Outcome:
    db = machine.hub.database
    books.keep_order(db)
    machine.start()
    rows = _order(machine)
    due = frozenset(row.contact_id for row in rows)
    to_text = sorted(row.contact_id for row in rows if row.state in UNDONE)
    say(f"{len(due)} messages, {len(to_text)} of them to be sent")
    chance = random.Random(plan.seed)
    chosen = chance.sample(to_text, int(len(to_text) * OPTING_OUT))
    every = plan.seconds * 3 / max(1, len(chosen))
    people = People(machine, chosen, every=every, seed=plan.seed)
    people.start()
    machine.join_in()
    machine.hub.bells.send(machine.hub.connections.row("sms").id)
    storm.blow(lambda: _undone(machine), plan.disturbances)
    people.stop()
    machine.left.clear()
    begun = time.monotonic()
    _settle(plan, machine, storm)
    settled = time.monotonic() - begun
    with db.read() as tx:
        states = books.states(tx)
    history = _history(plan, machine, due, people, storm)
    return Outcome(
        plan=plan,
        violations=violations(history),
        history=history,
        states=states,
        kills=storm.kills + len(machine.died_at),
        points=tuple(machine.died_at),
        settled=settled,
    )


def _order(machine: Machine) -> tuple[Message, ...]:
    """Have the people read, and a send to all of them made; give its messages."""
    hub = machine.hub
    crm, sms = hub.connections.row("crm").id, hub.connections.row("sms").id
    with hub.database.write() as tx:
        now = hub.clock()
        purposes.ensure(tx, "campaign", "promotional", "お知らせ", "会員向けのご案内", now)
        library.publish(
            tx,
            key="sale",
            label="セール",
            purpose_key="campaign",
            body=BODY,
            actor="chaos",
            sender=hub.sender,
            known=["store"],
            now=now,
        )
    hub.bells.pull(crm)

    def pulled() -> bool:
        with hub.database.read() as tx:
            return sum(counts.verdicts(tx, crm).values()) == machine.kintone.people

    _until(pulled, 300)
    hub.outbox.create(
        SendOrder(
            key="winter", template_key="sale", gateway_id=sms, connection_id=crm, actor="chaos"
        )
    )
    with hub.database.read() as tx:
        return books.messages(tx)


def _undone(machine: Machine) -> bool:
    try:
        with machine.hub.database.read() as tx:
            states = books.states(tx)
    except StoreUnavailable:
        return True
    return any(states[state] for state in UNDONE)


def _settle(plan: Plan, machine: Machine, storm: Storm) -> None:
    """Wait until nothing is left to do: every message at its end, every platform told."""

    turns = count(1)

    def at_rest() -> bool:
        if not plan.wait:
            # What rests after an answer that never came rests longer each time.
            storm.look_ahead(AHEAD * min(next(turns), 5))
        try:
            with machine.hub.database.read() as tx:
                states, pushes = books.states(tx), books.open_pushes(tx)
        except StoreUnavailable:
            return False
        doubted = plan.by_key and states[UNKNOWN]
        return not pushes and not doubted and not any(states[state] for state in UNDONE)

    _until(at_rest, 400 if plan.wait else 60, fails=False)


def _history(
    plan: Plan, machine: Machine, due: frozenset[int], people: People, storm: Storm
) -> History:
    with machine.hub.database.read() as tx:
        marks, stops = books.marks_and_stops(tx)
        messages = books.messages(tx)
        refs = books.refs(tx, [stop.contact_id for stop in stops])
    return History(
        by_key=plan.by_key,
        due=due,
        messages=messages,
        posts=tuple(Post(**post) for post in machine.gateway.do("log")),
        marks=marks,
        stops=stops,
        promises=people.told(),
        records={
            contact_id: {ref: _shows(machine, ref) for ref in found}
            for contact_id, found in refs.items()
        },
        pauses=tuple(storm.pauses),
    )


def _shows(machine: Machine, ref: str) -> bool:
    record = machine.kintone.domain.apps[CUSTOMERS].records.get(int(ref.rpartition(":")[2]))
    return STOPPED in (record.values["配信停止"] or ())


def _until(there: Callable[[], bool], seconds: float, *, fails: bool = True) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        if time.monotonic() > deadline:
            assert not fails, "it did not come"
            return
        time.sleep(0.2)
