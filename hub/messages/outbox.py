"""The outbox: where messages are ordered.

An order is written to the store before anything else happens; the bell that follows only says
that there is something to send. The same order again is the same send, and within a send a number
gets one SMS at most, whatever crashes in between.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.consent.policy import Policy
from hub.errors import ConfigError
from hub.messages import misfits, ordered, routes
from hub.messages.freshness import freshen
from hub.messages.judging import judge
from hub.messages.linter import Sender
from hub.messages.making import store
from hub.messages.misfits import Misfit
from hub.messages.orders import SendOrder, SendResult, SingleOrder, SingleResult
from hub.messages.plan import Plan, plan
from hub.messages.reasons import words_for
from hub.messages.states import State
from hub.queue import Bells
from hub.store import messages, people, sends
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.people import LinkRow, Recipient
from hub.store.sends import NewSend, SendRow

PAGE = 500
LOOK = 2000
"""Links of a page that is only looked at; one that is made holds the store's write lock."""

JUST_NOW = timedelta(seconds=60)
"""A record that was read this recently for an event is not read again for the SMS it causes."""


class Outbox:
    """Takes orders. Safe to share between threads; asks platforms, but sends nothing itself."""

    def __init__(
        self,
        *,
        database: Database,
        cipher: Cipher,
        connections: Connections,
        bells: Bells,
        clock: Callable[[], datetime],
        policy: Policy,
        sender: Sender,
        link_url: str,
    ) -> None:
        self._db = database
        self._cipher = cipher
        self._connections = connections
        self._bells = bells
        self._clock = clock
        self._policy = policy
        self._sender = sender
        self._link_url = link_url

    def create(self, order: SendOrder) -> SendResult:
        """Make the messages of a list send, page by page, and let them go.

        Killed half way, the same order goes on where it was. Before an advertising send starts,
        the records of everybody who may get it are read again. Raises ConfigError for an order
        that cannot be carried out, or a key that another order has.
        """
        planned = self._plan(order)
        with self._db.write() as tx:
            now = self._clock()
            send, made = sends.open_send(tx, self._new(order, "list", planned), now)
            if made:
                ordered.note(tx, order, send.id, now)
        if send.state != "building":
            return self._result(send.id, already=True)
        _check_same(send, planned)
        for page in self._pages(order, PAGE):
            if not self._make(planned, send, page):
                break
        with self._db.write() as tx:
            sends.set_sending(tx, send.id)
        self._bells.send(send.gateway_id)
        return self._result(send.id, already=False)

    def preview(self, order: SendOrder) -> SendResult:
        """Say what `create` would do, by the records as they were last read; store nothing."""
        planned = self._plan(order)
        states: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        segments = billed = 0
        uncarried: list[tuple[int, tuple[Misfit, ...]]] = []
        seen: set[int] = set()
        for page in self._pages(order, LOOK):
            fresh = [link for link in page if link.contact_id not in seen]
            with self._db.read() as tx:
                judged = judge(
                    tx,
                    self._cipher,
                    planned,
                    self._policy,
                    fresh,
                    now=self._clock(),
                    read_now=True,
                )
            seen.update(each.contact_id for each in judged)
            states.update(each.state.value for each in judged)
            reasons.update(each.reason for each in judged if each.reason)
            segments += sum(each.segments for each in judged)
            billed += sum(each.billed for each in judged)
            uncarried += [(each.link.id, each.misfits) for each in judged if each.misfits]
        return SendResult(
            send_id=None,
            already=False,
            states=states,
            reasons=reasons,
            segments=segments,
            gateways=(planned.gateway_id, *planned.fallbacks),
            billed_units=billed,
            misfits=misfits.tally(uncarried),
        )

    def single(self, order: SingleOrder) -> SingleResult:
        """Make one SMS to the number behind a record, after reading the record again.

        Raises ConfigError for an order that cannot be carried out.
        """
        with self._db.read() as tx:
            link = people.links_by_id(tx, [order.link_id]).get(order.link_id)
        planned = self._plan(order, link)
        if link is not None:
            _check_number(planned, order, link)
        if link is not None and link.contact_id is not None:
            asked = order.kind == "rule" or order.contact_id is not None
            self._freshen({link.contact_id: link.id}, JUST_NOW if asked else timedelta(0))
        with self._db.write() as tx:
            now = self._clock()
            link = _to(order, people.links_by_id(tx, [order.link_id]).get(order.link_id))
            send, made = sends.open_send(tx, self._new(order, order.kind, planned), now)
            if not made:
                return _single_result(tx, send.id, already=True)
            if link is None or link.contact_id is None or link.vanished_at is not None:
                reason = "record_gone" if link is None or link.vanished_at else "invalid_number"
                sends.set_sending(tx, send.id)
                ordered.note(tx, order, send.id, now)
                return SingleResult(
                    message_id=None, state=State.REFUSED.value, reason=reason, already=False
                )
            judged = judge(
                tx,
                self._cipher,
                planned,
                self._policy,
                [link],
                now=now,
                values=order.values,
            )
            store(tx, self._cipher, send, judged, now, len(planned.template.links))
            sends.set_sending(tx, send.id)
            result = _single_result(tx, send.id, already=False)
            if judged:
                result = replace(result, misfits=judged[0].misfits)
            ordered.note(tx, order, send.id, now)
        self._bells.send(send.gateway_id)
        return result

    def _plan(self, order: SendOrder | SingleOrder, link: LinkRow | None = None) -> Plan:
        if isinstance(order, SendOrder):
            known = self._attributes(order.connection_id)
        else:
            known = set(order.values) | (self._attributes(link.connection_id) if link else set())
        with self._db.read() as tx:
            begun = sends.by_key(tx, order.key) if order.gateway_id is None else None
            return plan(
                tx,
                self._connections,
                template_key=order.template_key,
                # What was begun goes on by its own gateway, however the routes are now.
                gateway_id=begun.gateway_id if begun else order.gateway_id,
                sender=self._sender,
                link_url=self._link_url,
                known=known,
                not_before=order.not_before,
                not_after=order.not_after,
                site_id=order.site_id,
            )

    def _attributes(self, connection_id: int) -> set[str]:
        mapping = self._connections.by_id(connection_id).mapping
        return set(mapping.attributes) if mapping else set()

    def _pages(self, order: SendOrder, size: int) -> Iterator[list[Recipient]]:
        after = 0
        while True:
            with self._db.read() as tx:
                page = people.audience(tx, order.connection_id, after, size, order.filters)
                meant = self._meant(tx, page, order.where)
            if not page:
                return
            if meant:
                yield meant
            after = page[-1].id

    def _meant(
        self, tx: Tx, page: list[Recipient], where: Mapping[str, Sequence[str]]
    ) -> list[Recipient]:
        if not where:
            return page
        values = people.merge_values(tx, self._cipher, [link.id for link in page])
        return [
            link
            for link in page
            if all(values[link.id].attributes.get(key) in wanted for key, wanted in where.items())
        ]

    def _make(self, planned: Plan, send: SendRow, page: Sequence[Recipient]) -> bool:
        """Make a page of a send; give False where it was canceled meanwhile."""
        if planned.promotional:
            with self._db.read() as tx:
                judged = judge(
                    tx,
                    self._cipher,
                    planned,
                    self._policy,
                    page,
                    now=self._clock(),
                    read_now=True,
                )
            worth = {e.contact_id: e.link.id for e in judged if e.state is not State.REFUSED}
            self._freshen(worth, timedelta(0))
        with self._db.write() as tx:
            now = self._clock()
            # Read anew: a record may have got another number, or gone, since the page was read.
            links = people.links_by_id(tx, [link.id for link in page])
            again = [links[link.id] for link in page if link.id in links]
            judged = judge(tx, self._cipher, planned, self._policy, again, now=now)
            if sends.halted(tx, [send.id]).get(send.id) != "building":
                return False
            store(tx, self._cipher, send, judged, now, len(planned.template.links))
        return True

    def _freshen(self, contacts: Mapping[int, int | None], max_age: timedelta) -> None:
        if contacts:
            freshen(self._db, self._cipher, self._connections, self._clock, contacts, max_age)

    def _new(self, order: SendOrder | SingleOrder, kind: str, planned: Plan) -> NewSend:
        single = order if isinstance(order, SingleOrder) else None
        return NewSend(
            key=order.key,
            kind=kind,
            template_id=planned.row.id,
            purpose_key=planned.row.purpose_key,
            message_class=planned.message_class,
            gateway_id=planned.gateway_id,
            fallbacks=routes.written(planned.fallbacks),
            rule_id=single.rule_id if single else None,
            event_id=single.event_id if single else None,
            owner_id=order.owner_id,
            actor=order.actor,
            site_id=order.site_id,
            not_before=order.not_before,
            not_after=order.not_after,
        )

    def _result(self, send_id: int, *, already: bool) -> SendResult:
        with self._db.read() as tx:
            counted = messages.counts(tx, send_id)
            segments = messages.segments_of_send(tx, send_id)
            chain = sends.chain(tx, send_id)
        states: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for (state, reason), count in counted.items():
            states[state] += count
            if reason:
                reasons[reason] += count
        return SendResult(
            send_id=send_id,
            already=already,
            states=states,
            reasons=reasons,
            segments=segments,
            gateways=chain,
        )


def _check_same(send: SendRow, planned: Plan) -> None:
    if (send.template_id, send.gateway_id) != (planned.row.id, planned.gateway_id):
        raise ConfigError(
            "key",
            "A send with this key was begun with another template or gateway. Give a new key.",
            "このキーの配信は別のテンプレートまたはゲートウェイで開始されています。"
            "新しいキーを指定してください。",
        )


def _to(order: SingleOrder, link: LinkRow | None) -> LinkRow | None:
    """Give the record with the number that was asked for in the place of its own."""
    if link is None or order.contact_id is None:
        return link
    return link._replace(contact_id=order.contact_id)


def _check_number(planned: Plan, order: SingleOrder, link: LinkRow) -> None:
    if planned.promotional and order.contact_id not in (None, link.contact_id):
        words = words_for("other_number")
        raise ConfigError("number", words.en, words.ja)


def _single_result(tx: Tx, send_id: int, *, already: bool) -> SingleResult:
    for row in messages.of_send(tx, send_id, 1):
        return SingleResult(message_id=row.id, state=row.state, reason=row.reason, already=already)
    return SingleResult(
        message_id=None, state=State.REFUSED.value, reason="record_gone", already=already
    )
