"""Sign-ups: what becomes of a hosted form that somebody sent, and of the code they type.

What a stranger sees is the same for every number: whether it is known, whether it said stop,
whether it has had its codes for today. A number that stopped every SMS gets none, not even this
one; one that stopped advertising does, since its person may have come to change their mind, and
the code alone can show that.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.consent import codes, documents, exclusions, forms, ledger
from hub.consent.classes import advertises
from hub.consent.codes import Typed
from hub.consent.entry import ALL
from hub.consent.forms import Form
from hub.consent.policy import Policy
from hub.contacts.collecting import Collected, Platforms, collect
from hub.contacts.verdict import KEEPING
from hub.messages import confirmation, library
from hub.messages.linter import Sender
from hub.messages.sent_form import SentForm, confirmed, of_form, requested
from hub.queue import Bells
from hub.store import api_answers, consent_requests, links, own_numbers, people
from hub.store import ledger as ledger_rows
from hub.store.cipher import Cipher
from hub.store.consent_requests import Box, NewRequest, RequestRow
from hub.store.database import Database, Tx

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_KEPT = timedelta(days=2)
"""How long a request is kept after it ended, so that codes and forms can be counted."""


class SignUps:
    """Takes forms and codes. Safe to share between threads."""

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
        host: str,
    ) -> None:
        self._db = database
        self._cipher = cipher
        self._connections = connections
        self._bells = bells
        self._clock = clock
        self._policy = policy
        self._sender = sender
        self._host = host

    def submit(self, sent: SentForm) -> str | None:
        """Take a form; give the token of the page that follows, None where there were too many.

        With double opt-in a code goes to the number, and nothing is agreed to before it comes
        back. Raises ConfigError where the code's SMS cannot be composed: nothing is stored then.
        """
        token = secrets.token_urlsafe(16)
        platforms = self.platforms()
        with self._db.write() as tx:
            now = self._clock()
            asked_from = self._cipher.fingerprint(f"form-address:{sent.address}")
            if (
                consent_requests.unconfirmed_from(tx, asked_from, now - _HOUR)
                >= codes.FORMS_AN_HOUR
            ):
                return None
            lookups = self._cipher.lookups(sent.number)
            contact_id = people.contacts_for(tx, [lookups], now)[0]
            people.lock_contacts(tx, [contact_id])
            if sent.form.content.double_opt_in:
                state, code, message_id = self._ask(tx, sent, contact_id, token, now)
            else:
                state, code, message_id = "recorded", None, None
                self._record(tx, of_form(sent, now), platforms, now)
            form_text = self._keep_texts(tx, sent, now)
            consent_requests.add(
                tx,
                NewRequest(
                    token_hash=_hash(token),
                    form_version_id=sent.form.id,
                    contact_id=contact_id,
                    address_hash=asked_from,
                    language=sent.language,
                    boxes={
                        box.purpose_key: Box(
                            version=box.version,
                            wording=documents.kept(box.text, "wording").sha256,
                        )
                        for box in sent.boxes
                    },
                    form_sha256=form_text,
                    state=state,
                    code_hash=code,
                    message_id=message_id,
                    expires_at=now + codes.LIFE,
                    confirmed_at=now if state == "recorded" else None,
                ),
                now,
            )
        self._ring(sent.form.content.gateway_id if message_id else None)
        return token

    def find(self, token: str) -> tuple[RequestRow, Form] | None:
        """Give the request a token belongs to, and the form as it was when it was sent."""
        with self._db.read() as tx:
            row = consent_requests.find(tx, _hash(token))
            form = forms.version(tx, row.form_version_id) if row else None
        return (row, form) if row is not None and form is not None else None

    def confirm(self, token: str, typed: str, *, url: str, address: str, user_agent: str) -> Typed:
        """Take a code; a right one records the consent of its request. Unknown tokens are over."""
        platforms = self.platforms()
        with self._db.write() as tx:
            now = self._clock()
            known = consent_requests.find(tx, _hash(token))
            if known is None:
                return Typed.OVER
            # Whoever holds the number holds its requests: two tries at once count as two.
            people.lock_contacts(tx, [known.contact_id])
            row = consent_requests.find(tx, _hash(token))
            form = forms.version(tx, known.form_version_id)
            number = people.numbers_of(tx, self._cipher, [known.contact_id]).get(known.contact_id)
            if row is None or form is None:
                return Typed.OVER
            outcome = codes.judge(
                right=row.state == "waiting"
                and codes.same(self._cipher, row.code_hash, token, codes.clean(typed)),
                tries=row.tries,
                waiting=row.state in ("waiting", "silent"),
                expires_at=row.expires_at,
                now=now,
            )
            consent_requests.tried(tx, row.id)
            if outcome is Typed.RIGHT:
                if number is None:
                    return Typed.OVER
                consent_requests.confirm(tx, row.id, now)
                collected = confirmed(tx, form, row, number, url, address, user_agent, now)
                self._record(tx, collected, platforms, now)
        if outcome is Typed.RIGHT:
            self._bells.pushes()
            self._bells.consents()
        return outcome

    def tidy(self) -> None:
        """End what waited in vain: forget numbers that nobody confirmed, and answers a day old."""
        with self._db.write() as tx:
            now = self._clock()
            links.drop_numbers(tx, consent_requests.lapse(tx, now), KEEPING)
            consent_requests.forget(tx, now - _KEPT)
            api_answers.forget(tx, now - _DAY)

    def platforms(self) -> Platforms:
        """Give which connections can be told of a consent, and of the end of an opt-out."""
        takes = self._connections.with_role("consent_sink")
        return Platforms(
            opt_outs=self._connections.with_role("opt_out_sink"),
            fields={row.id: row for row in self._connections.rows() if row.id in takes},
        )

    def _ask(
        self, tx: Tx, sent: SentForm, contact_id: int, token: str, now: datetime
    ) -> tuple[str, bytes | None, int | None]:
        """Send a code where that may be; give the request's state, the code's hash, the message."""
        gateway_id = sent.form.content.gateway_id
        stops = exclusions.active(tx, [contact_id])[contact_id]
        had = consent_requests.codes_sent(tx, contact_id, now - _DAY)
        barred = any(stop.scope == ALL for stop in stops) or had >= codes.CODES_A_DAY
        if barred or gateway_id is None:
            return "silent", None, None
        code = codes.draw()
        own_numbers.keep_number(
            tx,
            self._cipher,
            contact_id,
            sent.number,
            sent.form.content.site_id,
            for_code=True,
        )
        ledger.append(tx, self._cipher, [requested(sent, contact_id, self._sender.name, now)], now)
        message_id = confirmation.order(
            tx,
            self._cipher,
            self._connections,
            contact_id=contact_id,
            gateway_id=gateway_id,
            language=sent.language,
            code=code,
            host=self._host,
            site_id=sent.form.content.site_id,
            sender=self._sender,
            policy=self._policy,
            now=now,
            not_after=now + codes.LIFE,
        )
        if message_id is None:
            return "silent", None, None
        return "waiting", codes.digest(self._cipher, token, code), message_id

    def _record(self, tx: Tx, collected: Collected, platforms: Platforms, now: datetime) -> None:
        collect(
            tx,
            self._cipher,
            collected,
            promotional={
                each.purpose_key: advertises(library.purpose_of(tx, each.purpose_key).message_class)
                for each in collected.agreed
            },
            platforms=platforms,
            controller=self._sender.name,
            now=now,
        )

    def _keep_texts(self, tx: Tx, sent: SentForm, now: datetime) -> str:
        """Keep what the boxes and the page said; give the hash of the page."""
        page = documents.kept(sent.form_text, "form", sent.language)
        texts = [box.text for box in sent.boxes]
        boxes = [documents.kept(text, "wording", sent.language) for text in texts]
        ledger_rows.lock(tx)
        ledger_rows.keep_documents(tx, [page, *boxes], now)
        return page.sha256

    def _ring(self, gateway_id: int | None) -> None:
        if gateway_id is not None:
            self._bells.send(gateway_id)
        else:
            self._bells.consents()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
