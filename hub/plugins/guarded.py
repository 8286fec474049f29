"""The roles as the hub holds them: every call goes through the guard, every answer is checked.

Each object here has the methods of the role it stands for and nothing else; what the role
promises is written in `hub.roles`.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hub.plugins.answers import Post, check_contact, one_each, with_ids
from hub.roles import (
    Acknowledges,
    ActivitySink,
    ContactSource,
    FindsSent,
    LooksUp,
    MessageGateway,
    OptOutSink,
    PollsEvents,
    Preparation,
    ReceivesEvents,
    ReceivesReports,
)
from hub.values.activity import Activity
from hub.values.contact import SourceContact
from hub.values.event import Acknowledgement, Event, Inbound
from hub.values.gateway import DeliveryReport, GatewayProfile, Outgoing, Receipt, Reply, Sent
from hub.values.mapping import SourceField
from hub.values.optout import OptOut, Outcome
from hub.values.page import Page
from hub.values.preparation import PreparationStep, Prepared
from hub.values.ref import Ref

Item = TypeVar("Item")


class GuardedContactSource:
    """A contact source under guard."""

    def __init__(self, post: Post, source: ContactSource) -> None:
        self._post = post
        self._source = source

    def fields(self) -> Sequence[SourceField]:
        """Give the fields an admin can map; see `ContactSource`."""
        return self._ask("contact_source.fields", self._fields)

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """Give the next page of changed records; see `ContactSource`."""
        return self._ask("contact_source.changed", self._changed, cursor)

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Read these records again; see `ContactSource`."""
        return self._ask("contact_source.get", self._get, refs)

    def refs(self, cursor: str | None) -> Page[Ref]:
        """Give the next page of all record ids; see `ContactSource`."""
        return self._ask("contact_source.refs", self._refs, cursor)

    def _ask(self, what: str, call: Callable[..., Item], *args: Any) -> Item:
        return self._post.guard.call(self._post.owner, what, call, *args)

    def _fields(self) -> Sequence[SourceField]:
        return self._post.each("contact_source.fields", SourceField, self._source.fields())

    def _changed(self, cursor: str | None) -> Page[SourceContact]:
        what = "contact_source.changed"
        page = self._post.page(what, SourceContact, self._source.changed, cursor)
        for contact in page.items:
            check_contact(self._post, what, contact)
        return page

    def _get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        what = "contact_source.get"
        found = self._post.one(what, dict, self._source.get(refs))
        if found.keys() != set(refs):
            raise self._post.broken(
                what,
                "did not answer for exactly the records it was asked for",
                "問い合わせたレコードと応答が一致しません",
            )
        for contact in found.values():
            if contact is not None:
                check_contact(self._post, what, self._post.one(what, SourceContact, contact))
        return dict(found)

    def _refs(self, cursor: str | None) -> Page[Ref]:
        return self._post.page("contact_source.refs", Ref, self._source.refs, cursor)


class GuardedReceiver:
    """The receiving side of an event trigger under guard."""

    def __init__(self, post: Post, trigger: ReceivesEvents) -> None:
        self._receiver = (post, trigger)

    def receive(self, request: Inbound) -> Sequence[Event]:
        """Check a request and give the events in it; see `ReceivesEvents`."""
        post, trigger = self._receiver
        what = "event_trigger.receive"

        def ask() -> Sequence[Event]:
            events: Sequence[Event] = post.each(what, Event, trigger.receive(request))
            return with_ids(post, what, events)

        return post.guard.call(post.owner, what, ask)

    def acknowledge(self, request: Inbound) -> Acknowledgement | None:
        """Give the platform's own kind of answer, or None; see `Acknowledges`."""
        post, trigger = self._receiver
        if not isinstance(trigger, Acknowledges):
            return None
        what = "event_trigger.acknowledge"
        answer = post.guard.call(post.owner, what, trigger.acknowledge, request)
        return None if answer is None else post.one(what, Acknowledgement, answer)


class GuardedPoller:
    """The polled side of an event trigger under guard."""

    def __init__(self, post: Post, trigger: PollsEvents) -> None:
        self._poller = (post, trigger)

    def poll(self, cursor: str | None) -> Page[Event]:
        """Give the events since the cursor; see `PollsEvents`."""
        post, trigger = self._poller
        what = "event_trigger.poll"

        def ask() -> Page[Event]:
            page = post.page(what, Event, trigger.poll, cursor)
            with_ids(post, what, page.items)
            return page

        return post.guard.call(post.owner, what, ask)


class GuardedTrigger(GuardedReceiver, GuardedPoller):
    """An event trigger that both receives and polls, under guard."""

    def __init__(self, post: Post, receives: ReceivesEvents, polls: PollsEvents) -> None:
        GuardedReceiver.__init__(self, post, receives)
        GuardedPoller.__init__(self, post, polls)


class GuardedOptOutSink:
    """An opt-out sink under guard."""

    def __init__(self, post: Post, sink: OptOutSink) -> None:
        self._post = post
        self._sink = sink

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        """Write each opt-out or restore; see `OptOutSink`."""
        what = "opt_out_sink.record"
        asked = tuple(opt_outs)

        def ask() -> Sequence[Outcome]:
            return one_each(self._post, what, asked, self._sink.record(asked))

        return self._post.guard.call(self._post.owner, what, ask)


class GuardedActivitySink:
    """An activity sink under guard."""

    def __init__(self, post: Post, sink: ActivitySink) -> None:
        self._post = post
        self._sink = sink

    def note(self, activities: Sequence[Activity]) -> Sequence[Outcome]:
        """Leave each note; see `ActivitySink`."""
        what = "activity_sink.note"
        asked = tuple(activities)

        def ask() -> Sequence[Outcome]:
            return one_each(self._post, what, asked, self._sink.note(asked))

        return self._post.guard.call(self._post.owner, what, ask)


class GuardedPreparation:
    """What prepares a platform, under guard."""

    def __init__(self, post: Post, preparation: Preparation) -> None:
        self._post = post
        self._preparation = preparation

    def steps(self) -> Sequence[PreparationStep]:
        """Give what can be made; see `Preparation`."""
        what = "preparation.steps"

        def ask() -> Sequence[PreparationStep]:
            return self._post.each(what, PreparationStep, self._preparation.steps())

        return self._post.guard.call(self._post.owner, what, ask)

    def make(self, key: str) -> Prepared:
        """Make one step's thing; see `Preparation`."""
        what = "preparation.make"

        def ask() -> Prepared:
            prepared: Prepared = self._post.one(what, Prepared, self._preparation.make(key))
            return prepared

        return self._post.guard.call(self._post.owner, what, ask)


class GuardedGateway:
    """The half of a gateway that sends, under guard. It belongs to the dispatcher alone."""

    def __init__(self, post: Post, gateway: MessageGateway) -> None:
        self._post = post
        self._gateway = gateway
        self._profile: GatewayProfile | None = None

    @property
    def profile(self) -> GatewayProfile:
        """What this gateway can do, asked once."""
        if self._profile is None:
            self._profile = self._post.guard.call(
                self._post.owner, "message_gateway.profile", self._ask_profile
            )
        return self._profile

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one SMS on the caller's own thread; see `MessageGateway`.

        The dispatcher has a deadline of its own, so the guard's is left out and a send costs no
        change of thread. Raises PluginBug for whatever is neither an answer nor a `HubError`; the
        SMS may then have left.
        """
        what = "message_gateway.send"
        receipt = self._post.guard.inline(self._post.owner, what, self._gateway.send, outgoing)
        checked: Receipt = self._post.one(what, Receipt, receipt)
        return checked

    def _ask_profile(self) -> GatewayProfile:
        profile: GatewayProfile = self._post.one(
            "message_gateway.profile", GatewayProfile, self._gateway.profile
        )
        return profile


class GuardedReportReceiver:
    """The half of a gateway that listens, under guard. It cannot send."""

    def __init__(self, post: Post, gateway: ReceivesReports) -> None:
        self._post = post
        self._receive = gateway.receive
        self._acknowledges = gateway if isinstance(gateway, Acknowledges) else None

    def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
        """Check a request and give what it tells; see `ReceivesReports`."""
        what = "message_gateway.receive"

        def ask() -> Sequence[DeliveryReport | Reply]:
            told: Sequence[DeliveryReport | Reply] = self._post.each(
                what, (DeliveryReport, Reply), self._receive(request)
            )
            for item in told:
                if isinstance(item, DeliveryReport) and not (item.reference or item.key):
                    raise self._post.broken(
                        what,
                        "gave a delivery report that names no message",
                        "どのメッセージの配信結果か示されていません",
                    )
            return with_ids(self._post, what, told)

        return self._post.guard.call(self._post.owner, what, ask)

    def acknowledge(self, request: Inbound) -> Acknowledgement | None:
        """Give the gateway's own kind of answer, or None; see `Acknowledges`."""
        if self._acknowledges is None:
            return None
        what = "message_gateway.acknowledge"
        call = self._acknowledges.acknowledge
        answer = self._post.guard.call(self._post.owner, what, call, request)
        return None if answer is None else self._post.one(what, Acknowledgement, answer)


class GuardedLookUp:
    """The half of a gateway that can be asked about an SMS, under guard. It cannot send."""

    def __init__(self, post: Post, gateway: LooksUp) -> None:
        self._post = post
        self._find = gateway.find

    def find(self, key: str) -> Receipt | DeliveryReport | None:
        """Give what the gateway knows of the SMS with this key; see `LooksUp`."""
        what = "message_gateway.find"

        def ask() -> Receipt | DeliveryReport | None:
            found: Receipt | DeliveryReport | None = self._post.one(
                what, (Receipt, DeliveryReport, type(None)), self._find(key)
            )
            return found

        return self._post.guard.call(self._post.owner, what, ask)


class GuardedFinder:
    """The half of a gateway that finds an SMS by what was sent, under guard. It cannot send."""

    def __init__(self, post: Post, gateway: FindsSent) -> None:
        self._post = post
        self._find_sent = gateway.find_sent

    def find_sent(self, sent: Sent) -> Receipt | DeliveryReport | None:
        """Give what the gateway knows of this SMS; see `FindsSent`."""
        what = "message_gateway.find_sent"

        def ask() -> Receipt | DeliveryReport | None:
            found: Receipt | DeliveryReport | None = self._post.one(
                what, (Receipt, DeliveryReport, type(None)), self._find_sent(sent)
            )
            return found

        return self._post.guard.call(self._post.owner, what, ask)
