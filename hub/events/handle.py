"""Acting on events: read the record again, then let the rules speak.

An event is a hint. What it says is never believed: the record is read again through the
platform's API, so a forged event can cause a reading and nothing else. The gate decides on every
SMS as it does on all others.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.consent import purposes
from hub.consent.classes import advertises
from hub.contacts.choice import NoChoice, OwnNumber, chosen
from hub.contacts.reread import OneRecord, read_one
from hub.errors import AuthError, HubError, TransientError
from hub.events.rules import lets_through, send_key
from hub.messages import library
from hub.messages.asking import Reader, Request, admit, unkept_values
from hub.messages.orders import SingleOrder
from hub.messages.outbox import Outbox
from hub.queue import Bells
from hub.store import events, people, restored, rules
from hub.store.cipher import Cipher
from hub.store.database import Database, StoreUnavailable, Tx
from hub.store.events import EventRow
from hub.store.grounds import Source
from hub.store.people import LinkRow
from hub.store.rules import RuleRow
from hub.values.ref import Ref

HOLD = timedelta(minutes=5)
"""For how long an event belongs to whoever took it."""

TOO_LATE = timedelta(hours=24)
"""After that an event sets off nothing: an SMS about yesterday helps nobody."""

_FIRST_WAIT, _LONGEST_WAIT = 30.0, 3600.0
_RANK = ("sent", "held", "repeated", "refused", "not_met")


def handle_due(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    outbox: Outbox,
    limit: int = 50,
) -> int:
    """Handle the events that are due, up to `limit`; give how many were taken.

    Harmless to repeat and to run in several processes: each event is held by one, and what it sets
    off has a name of its own. Raises StoreUnavailable only.
    """
    now = clock()
    with db.write() as tx:
        taken = events.take_due(tx, now, now + HOLD, limit)
    for row in taken:
        _Handling(db, cipher, connections, clock, outbox, row).run()
    if taken:
        # Reading records may have brought opt-outs along.
        bells.pushes()
    return len(taken)


class _Handling:
    """One event."""

    def __init__(
        self,
        db: Database,
        cipher: Cipher,
        connections: Connections,
        clock: Callable[[], datetime],
        outbox: Outbox,
        row: EventRow,
    ) -> None:
        self.db = db
        self.cipher = cipher
        self.connections = connections
        self.clock = clock
        self.outbox = outbox
        self.row = row

    def run(self) -> None:
        if self.clock() - self.row.received_at > TOO_LATE:
            self._close("too_late")
            return
        if self._is_of_before():
            self._close("restored")
            return
        try:
            if self.connections.usable(self.row.connection_id):
                self._close(self._outcome())
            else:
                self._put_off("connection_unusable", _LONGEST_WAIT / 6)
        except StoreUnavailable:
            raise
        except AuthError:
            self._put_off("connection_unusable", _LONGEST_WAIT / 6)
        except TransientError as exc:
            self._put_off("later", max(self._wait(), exc.retry_after or 0.0))
        except HubError:
            # A rule, a template or a plugin that somebody has to set right first.
            self._put_off("broken", _LONGEST_WAIT / 6)

    def _is_of_before(self) -> bool:
        """Say whether the hub that ran before this store was put back may have acted on it."""
        with self.db.read() as tx:
            at = restored.restored_at(tx)
        return at is not None and (self.row.occurred_at or self.row.received_at) < at

    def _outcome(self) -> str:
        if self.row.ref is None:
            return "no_record"
        with self.db.read() as tx:
            found = rules.for_event(tx, self.row.connection_id, self.row.type)
            known = people.find_links(tx, self.row.connection_id, [self.row.ref])
            services = {rule.id for rule in found if self._is_service(tx, rule)}
        link = known.get(self.row.ref)
        if link and link.own_version and link.own_version == self.row.version:
            return "echo"
        record = read_one(
            self.db,
            self.cipher,
            self.connections,
            self.clock,
            self.row.connection_id,
            Ref.parse(self.row.ref),
            keep_values=bool(services),
        )
        return self._of_record(found, services, record)

    def _of_record(self, found: list[RuleRow], services: set[int], record: OneRecord) -> str:
        if record.gone or record.link is None:
            return "record_gone"
        if record.echo:
            return "echo"
        if not found:
            return "no_rule"
        number = chosen(record.numbers, record.choice)
        if number is NoChoice.NONE:
            return "number_none"
        if isinstance(number, NoChoice):
            return f"refused:{number}"
        if number.mapped and record.link.verdict == "erased":
            return "refused:erased"
        outcomes = [
            self._apply(rule, record, record.link, number, service=rule.id in services)
            if lets_through(rule, record.attributes)
            else "not_met"
            for rule in found
        ]
        return min(outcomes, key=lambda outcome: _RANK.index(outcome.partition(":")[0]))

    def _apply(
        self,
        rule: RuleRow,
        record: OneRecord,
        link: LinkRow,
        number: OwnNumber,
        *,
        service: bool,
    ) -> str:
        contact_id = link.contact_id
        if service:
            contact_id = self._admit(rule, record, number)
            if contact_id is None:
                return "refused:erased"
        elif not number.mapped:
            return "refused:other_number"
        result = self.outbox.single(
            SingleOrder(
                key=send_key(rule, self.row),
                template_key=rule.template_key,
                gateway_id=rule.gateway_id,
                link_id=link.id,
                contact_id=contact_id,
                values=unkept_values(record),
                actor=f"rule:{rule.id}",
                kind="rule",
                rule_id=rule.id,
                event_id=self.row.id,
                site_id=link.site_id,
            )
        )
        if result.already and self.row.attempts == 1:
            return "repeated"
        if result.state in ("refused", "held"):
            return f"{result.state}:{result.reason}"
        return "sent"

    def _admit(self, rule: RuleRow, record: OneRecord, number: OwnNumber) -> int | None:
        """Write down why a service message may go to this number: its own record's event."""
        sinks = self.connections.with_role("opt_out_sink")
        with self.db.write() as tx:
            request = Request(
                source=Source(
                    connection_id=self.row.connection_id,
                    ref=self.row.ref or "",
                    field=self.row.type,
                    value=self.row.source_id,
                ),
                at=self.row.occurred_at or self.row.received_at,
                actor=f"rule:{rule.id}",
                purpose_key=library.find(tx, rule.template_key).purpose_key,
            )
            reader = Reader(cipher=self.cipher, sinks=sinks, now=self.clock())
            return admit(tx, reader, record, number, request)

    def _is_service(self, tx: Tx, rule: RuleRow) -> bool:
        template = library.find(tx, rule.template_key)
        purpose = purposes.get(tx, template.purpose_key)
        return purpose is not None and not advertises(purpose.message_class)

    def _wait(self) -> float:
        return float(min(_FIRST_WAIT * 2 ** min(self.row.attempts - 1, 10), _LONGEST_WAIT))

    def _close(self, outcome: str) -> None:
        with self.db.write() as tx:
            events.close(tx, self.row.id, outcome)

    def _put_off(self, outcome: str, seconds: float) -> None:
        with self.db.write() as tx:
            next_at = self.clock() + timedelta(seconds=seconds)
            events.put_off(tx, self.row.id, outcome, next_at)
