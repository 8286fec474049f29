"""The roles a plugin can play for a connection, each with the methods the hub calls.

A role object belongs to one connection and lives as long as the process uses it. It is made
without network traffic; the first call signs in. Every method may raise the errors of
`hub.errors`; data that describes an outcome is returned, not raised.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from hub.values.activity import Activity
from hub.values.consent import Consent
from hub.values.contact import SourceContact
from hub.values.event import Acknowledgement, Event, Inbound
from hub.values.gateway import DeliveryReport, GatewayProfile, Outgoing, Receipt, Reply, Sent
from hub.values.mapping import SourceField
from hub.values.optout import OptOut, Outcome
from hub.values.page import Page
from hub.values.preparation import PreparationStep, Prepared
from hub.values.ref import Ref


@runtime_checkable
class ContactSource(Protocol):
    """Reads people's records and what they say about consent."""

    def fields(self) -> Sequence[SourceField]:
        """Give the fields an admin can map, as the platform knows them now."""
        ...

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """Give the next page of records that changed since the cursor; None starts from nothing.

        A record may come twice; none may be left out, whatever changes while pages are read.
        A record that cannot be read as a contact is skipped with a reason, the page goes on. A
        platform that tells of deletions gives them as the page's `gone`; without that the daily
        pass over `refs` finds them.
        Raises ConfigError(`mapping.…`) where a mapped field is gone or an option is unknown: the
        hub then suspends what this connection vouches for rather than read it as "no opt-out".
        """
        ...

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Read these records again, up to 500; None for one that is not there any more.

        Asked before an SMS leaves. Every ref asked for is in the answer.
        """
        ...

    def refs(self, cursor: str | None) -> Page[Ref]:
        """Give every record id that can be read now, page by page: what has vanished since?"""
        ...


@runtime_checkable
class ReceivesEvents(Protocol):
    """An event trigger that platforms call."""

    def receive(self, request: Inbound) -> Sequence[Event]:
        """Check that the request is genuine and give the events in it, without network traffic.

        Raises RefusedInbound for a wrong secret, a stale or a malformed request. An empty list
        means: genuine, and nothing in it for the hub.
        """
        ...


@runtime_checkable
class Acknowledges(Protocol):
    """An event trigger or gateway whose side wants an answer of its own kind (SOAP, TwiML)."""

    def acknowledge(self, request: Inbound) -> Acknowledgement | None:
        """Give the answer to a request that is stored; None for the hub's usual one.

        Asked after they are on disk, so an acknowledged request is never lost. Since spec 1.0.
        """
        ...


@runtime_checkable
class PollsEvents(Protocol):
    """An event trigger that has to be asked."""

    def poll(self, cursor: str | None) -> Page[Event]:
        """Give the events since the cursor."""
        ...


EventTrigger = ReceivesEvents | PollsEvents
"""Tells the hub that something happened: it receives, it polls, or it does both."""


@runtime_checkable
class OptOutSink(Protocol):
    """Writes refusals back to the platform's records."""

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        """Write each opt-out or restore to its record; give one outcome for each, by id.

        Repeating is harmless. One record that cannot be written never keeps the others from it.
        An opt-out always wins over what the record holds; a restore never overwrites an opt-out
        made in the platform since `OptOut.at`.
        """
        ...


@runtime_checkable
class ConsentSink(Protocol):
    """Writes consents that were given to the hub into the platform's records."""

    def record(self, consents: Sequence[Consent]) -> Sequence[Outcome]:
        """Write each consent to its record; give one outcome for each, by id.

        Repeating is harmless. One record that cannot be written never keeps the others from it.
        A consent never overwrites an opt-out, nor a no that may be newer than `Consent.at`: such a
        record is `blocked`, with a sentence that says what to do. Since spec 1.0.
        """
        ...


@runtime_checkable
class ActivitySink(Protocol):
    """Notes on the platform's record what became of an SMS."""

    def note(self, activities: Sequence[Activity]) -> Sequence[Outcome]:
        """Leave each note; give one outcome for each, by id. Repeating leaves no second note."""
        ...


@runtime_checkable
class Preparation(Protocol):
    """Makes in the platform what a connection needs there: fields, webhooks, triggers."""

    def steps(self) -> Sequence[PreparationStep]:
        """Give what can be made, in the order it should be, and what of it is there already."""
        ...

    def make(self, key: str) -> Prepared:
        """Make one step's thing unless it is there. Repeating makes nothing twice.

        Nothing that an admin has is changed. Raises ConfigError for a key that is none, or where
        something must be set right first.
        """
        ...


@runtime_checkable
class MessageGateway(Protocol):
    """Sends SMS. Handed to the dispatcher alone: nothing else in the hub can send."""

    @property
    def profile(self) -> GatewayProfile:
        """What this gateway can do; without network traffic."""
        ...

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one SMS. Called from several threads at once.

        Accepted, rejected, retry later and unknown are answers, not exceptions. Raises AuthError
        where the account is refused (the SMS surely did not leave), TransientError otherwise.
        """
        ...


@runtime_checkable
class ReceivesReports(Protocol):
    """The half of a gateway that listens. The intake gets this half only: it cannot send."""

    def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
        """Check that the request is genuine and give what it tells; see `ReceivesEvents`."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """The half of a gateway that can be asked what became of an SMS."""

    def find(self, key: str) -> Receipt | DeliveryReport | None:
        """Give what the gateway knows of the SMS with this id (the id of its `Outgoing`).

        None says that it surely never arrived there, and may be sent again.
        """
        ...


@runtime_checkable
class FindsSent(Protocol):
    """The half of a gateway that can be asked what became of an SMS, and never learns our key."""

    def find_sent(self, sent: Sent) -> Receipt | DeliveryReport | None:
        """Give what the gateway knows of this SMS, found by what was sent, to whom and when.

        None says that it surely never arrived there, and may be sent again. A receipt that is
        `UNKNOWN` says that nobody can tell yet, or that it may be one of several. Asked only where
        the gateway has no `find` (`LooksUp`). Since spec 1.0.
        """
        ...
