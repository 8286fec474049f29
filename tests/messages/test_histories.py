"""Whatever people, platforms, gateways and clocks do: what left had its ground, on both stores."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.config import FrequencyCap
from hub.consent import exclusions, ledger, purposes
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.policy import Policy
from hub.optout import act
from hub.sdk import Answer, DeliveryReport, Receipt, ReceiptState, Ref, ReportState
from hub.store import connections
from hub.store.messages import MessageRow
from hub.store.tables.connections import connection
from hub.store.tables.consent import evidence, exclusion, purpose
from hub.store.tables.people import contact, link
from hub.values.words import Words

from .doubles import contact as person
from .house import House

HOUR = 3600
DAY = 24 * HOUR
_places = itertools.count(1)


class AnyDays(RuleBasedStateMachine):
    """One person, with the number they have and the one they had, and all that befalls them.

    After each drain every post is laid beside the rows of the store, in the words of the law.
    """

    house: House
    clock: Any
    times: list[datetime]

    def __init__(self) -> None:
        super().__init__()
        # After all that the people before lived through, so that their purposes are not ahead.
        newest = max(self.times)
        self.clock.advance((newest - self.clock()).total_seconds() + DAY)
        self.place = next(_places)
        self.numbers = itertools.cycle([self.number(0), self.number(5000)])
        self.ref = Ref("12", str(self.place))
        self.house.platform.people = {self.ref: person(self.place, next(self.numbers))}
        self.house.gateway.answers = []
        self.stops = self.widens = False
        with self.house.db.write() as tx:
            connections.restore_grounds(tx, self.house.crm_id)
            # The people of earlier examples are gone: a list is to this one only.
            tx.execute(sa.update(link).values(vanished_at=self.clock()))
        self.pull()
        self.agree_on_the_form()

    @initialize(stops=st.booleans(), widens=st.sampled_from([False, False, True]))
    def be_somebody(self, stops: bool, widens: bool) -> None:
        self.stops, self.widens = stops, widens

    def number(self, offset: int) -> str:
        return f"080{20000000 + self.place + offset:08d}"

    def pull(self) -> None:
        self.house.pull()

    @property
    def contact_id(self) -> int:
        return self.house.contact_id(self.place)

    # ---- the person and their records

    @rule(ago=st.integers(-1, 3))
    def agree_in_the_platform(self, ago: int) -> None:
        self.house.platform.agree(self.place, self.clock() - timedelta(days=ago))
        self.pull()

    @rule()
    def agree_without_a_date(self) -> None:
        held = self.house.platform.people[self.ref]
        reading = replace(held.consents[0], answer=Answer.YES, at=None)
        self.house.platform.people[self.ref] = replace(held, consents=[reading])
        self.pull()

    @rule(answer=st.sampled_from([Answer.NO, Answer.SILENT]))
    def untick(self, answer: Answer) -> None:
        self.house.platform.say(self.place, answer)

    @rule()
    def agree_on_the_form(self) -> None:
        self.clock.advance(60)
        now = self.clock()
        entry = Entry(
            event_type=EventType.GIVEN,
            ground=Ground.CONSENT,
            contact_id=self.contact_id,
            purpose_key="campaign",
            method=Method.DOUBLE_OPT_IN_SMS,
            strength=5,
            actor="person",
            wording="SMSでお知らせを受け取ります",
            occurred_at=now,
            source_ref="form:1",
        )
        with self.house.db.write() as tx:
            ledger.append(tx, self.house.cipher, [entry], now)
        self.reopen("campaign")

    @rule()
    def agree_on_the_form_and_be_texted(self) -> None:
        self.agree_on_the_form()
        self.text()

    @rule()
    def get_another_number(self) -> None:
        held = self.house.platform.people[self.ref]
        self.house.platform.people[self.ref] = replace(held, number=next(self.numbers))
        self.pull()
        self.text()

    @precondition(lambda self: self.stops)
    @rule(scope=st.sampled_from(["all", "promotional", "purpose:campaign"]))
    def stop(self, scope: str) -> None:
        self.house.opt_out(self.contact_id, scope=scope)
        self.text()

    @rule()
    def start_again(self) -> None:
        self.clock.advance(60)
        self.reopen(None)

    def reopen(self, purpose_key: str | None) -> None:
        with self.house.db.write() as tx:
            act.reopen(
                tx,
                self.house.cipher,
                contact_id=self.contact_id,
                purpose_key=purpose_key,
                occurred_at=self.clock(),
                why="start",
                actor="person",
                now=self.clock(),
                sink_connections=[],
            )

    @rule()
    def be_taken_off_the_list(self) -> None:
        with self.house.db.write() as tx:
            rows = exclusions.active(tx, [self.contact_id])[self.contact_id]
            exclusions.lift(tx, [row.id for row in rows], by="test", why="x", now=self.clock())
        self.text()

    # ---- the company and the law

    @rule(stands=st.sampled_from([True, True, False]))
    def connection_changes(self, stands: bool) -> None:
        with self.house.db.write() as tx:
            if stands:
                connections.restore_grounds(tx, self.house.crm_id)
            else:
                why = Words("欄がない", "field gone")
                connections.suspend_grounds(tx, self.house.crm_id, why, self.clock())
        self.text()

    @precondition(lambda self: self.widens)
    @rule()
    def widen_the_purpose(self) -> None:
        self.widens = False
        with self.house.db.write() as tx:
            text = f"お知らせ {self.clock()}"
            purposes.ensure(tx, "campaign", "promotional", "お知らせ", text, self.clock())
        self.text()

    @rule(held=st.sampled_from([False, False, True]))
    def hold(self, held: bool) -> None:
        with self.house.db.write() as tx:
            tx.execute(
                sa.update(contact)
                .where(contact.c.id == self.contact_id)
                .values(legal_hold_at=self.clock() if held else None)
            )
        self.text()

    # ---- the doors

    @rule(
        kind=st.sampled_from(["single", "rule", "api", "list"]),
        later=st.sampled_from([False, False, True]),
        drain=st.booleans(),
    )
    def order(self, kind: str, later: bool, drain: bool) -> None:
        key = f"{self.place}:{next(_places)}"
        not_before = self.clock() + timedelta(hours=2) if later else None
        if kind == "list":
            self.house.create(key, not_before=not_before)
        else:
            self.house.single(self.place, key, kind=kind, not_before=not_before)
        if drain:
            self.drain()

    def text(self) -> None:
        """Whatever changed, an SMS tries to leave right after it."""
        self.order("single", later=False, drain=True)

    @rule()
    def look_for_what_is_due(self) -> None:
        self.house.reconcile()
        self.drain()

    @rule(state=st.sampled_from([*ReceiptState, ReceiptState.ACCEPTED]))
    def gateway_will_answer(self, state: ReceiptState) -> None:
        self.house.gateway.answers.append(Receipt(state=state, reason="quota", retry_after=1))

    @rule()
    def drain(self) -> None:
        before = len(self.house.gateway.posts)
        self.house.drain()
        keys = [each.id for each in self.house.gateway.posts[before:]]
        for row in self.house.rows():
            if row.key in keys:
                self.check(row, keys.count(row.key))

    @rule(state=st.sampled_from(["delivered", "undelivered"]), permanent=st.booleans())
    def hear_of_it(self, state: str, permanent: bool) -> None:
        for row in self.submitted()[-1:]:
            self.house.report(
                DeliveryReport(
                    id=f"h{next(_places)}",
                    state=ReportState(state),
                    key=row.key,
                    permanent=permanent and state == "undelivered",
                )
            )
        self.text()

    def submitted(self) -> Sequence[MessageRow]:
        return [
            row
            for row in self.house.rows()
            if row.state == "submitted" and row.contact_id == self.contact_id
        ]

    @rule(hours=st.sampled_from([-50, -1, 1, 3, 30, 200, 24 * 200]))
    def move_the_clock(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)
        self.times.append(self.clock())

    # ---- what must hold for each SMS that left

    def check(self, row: MessageRow, posts: int) -> None:
        assert posts == 1, "one drain posts a message once"
        with self.house.db.read() as tx:
            barring = tx.execute(
                sa.select(exclusion.c.scope).where(
                    exclusion.c.contact_id == row.contact_id, exclusion.c.lifted_at.is_(None)
                )
            ).all()
            held = tx.execute(
                sa.select(contact.c.legal_hold_at).where(contact.c.id == row.contact_id)
            ).scalar()
            version = tx.execute(sa.select(sa.func.max(purpose.c.version))).scalar()
            entries = tx.execute(
                sa.select(evidence, purpose.c.version, connection.c.grounds_suspended_at)
                .outerjoin(purpose, purpose.c.id == evidence.c.purpose_id)
                .outerjoin(connection, connection.c.id == evidence.c.connection_id)
                .where(evidence.c.contact_id == row.contact_id)
                .order_by(evidence.c.seq)
            ).all()
        (ground,) = [each for each in entries if each.event_id == row.evidence_id]
        assert barring == []
        assert held is None
        assert ground.event_type in ("given", "renewed")
        assert ground.purpose_key == "campaign"
        assert ground.strength >= 3
        assert ground.grounds_suspended_at is None
        assert ground.version == version
        assert ground.occurred_at is not None
        said = [self.said(each) for each in entries if self.is_a_no(each, entries)]
        assert all(at < ground.occurred_at for at in said)
        assert not any(
            each.seq > ground.seq
            and (each.connection_id, each.source_ref) == (ground.connection_id, ground.source_ref)
            and each.purpose_key == "campaign"
            and each.exclusion_id is None
            for each in entries
        )
        self.check_number(row, ground.occurred_at)

    def said(self, no: Any) -> Any:
        return min(no.occurred_at or no.recorded_at, no.recorded_at)

    def is_a_no(self, each: Any, entries: Sequence[Any]) -> bool:
        taken_back = any(
            other.event_type == "renewed"
            and other.exclusion_id == each.exclusion_id
            and other.seq > each.seq
            for other in entries
            if each.exclusion_id is not None
        )
        return each.event_type in ("withdrawn", "refused") and not taken_back

    def check_number(self, row: MessageRow, given: Any) -> None:
        others = [
            each
            for each in self.house.rows()
            if each.contact_id == row.contact_id and each.id != row.id
        ]
        dead = [each.finished_at for each in others if each.number_dead]
        alive = [given, *(each.finished_at for each in others if each.state == "delivered")]
        assert all(max(alive) > at for at in dead)
        today = [
            each.marked_at
            for each in others
            if each.state in ("submitted", "delivered", "undelivered", "unknown")
            and each.marked_at > row.marked_at - timedelta(days=1)
        ]
        assert len(today) < 2


@pytest.mark.timeout(300)
def test_what_left_had_its_ground_whatever_happened(make_house, clock, store_url):
    house = make_house(0)
    house.policy = Policy(caps=(FrequencyCap(count=2, span=timedelta(days=1)),))
    house.outbox = house.with_policy(house.policy)
    house.publish("セールのお知らせ {{sender_name}} 配信停止:{{opt_out_url}}")
    machine = type("Machine", (AnyDays,), {"house": house, "clock": clock, "times": [clock()]})
    short = store_url.startswith("postgresql")
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12 if short else 60,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    assert len(house.gateway.posts) > 3, "it must be about something"
