"""The sandbox as a whole: one Twilio account with a number that sends and is answered."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from flask import Flask
from werkzeug.wrappers import Response

from hub.testing.sandbox import CALLBACK, Sandbox, WebhookSample

from . import api
from .courier import Courier
from .ledger import OUTBOUND, Ledger
from .message import Message
from .order import Order
from .quota import Quota
from .script import Script, Step, script_for
from .signing import signed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "twilio-sandbox-auth-token"  # noqa: S105 - of a sandbox
API_KEY_SID = "SK" + "0" * 31 + "1"
API_KEY_SECRET = "twilio-sandbox-api-key-secret"  # noqa: S105 - of a sandbox
SENDER = "+15005550006"
SERVICE_SID = "MG" + "0" * 31 + "1"

STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})


class TwilioSandbox(Sandbox):
    """Twilio's double. `report_delay` and `latency` are in seconds.

    Without `magic` no number is scripted (see `script`); with `limits` off an account may post as
    fast as it can; without `advanced` the account has no Advanced Opt-Out, so that Twilio acts on
    STOP and does not say so.
    """

    name = "twilio"

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.account_sid = ACCOUNT_SID
        self.account_status = "active"
        self.account_type = "Full"
        self.report_delay = 0.3
        self.latency = 0.0
        self.magic = True
        self.advanced = True
        self.page_limit = 1000
        self.courier = Courier(AUTH_TOKEN)
        self._quota = Quota()
        self._ledger = Ledger(ACCOUNT_SID, self.clock)

    @property
    def messages(self) -> list[Message]:
        """Every SMS that was taken, in the order of the posts."""
        taken = [each for each in self._ledger.listed() if each.direction == OUTBOUND]
        return list(reversed(taken))

    def pairs(self, *, with_key: bool) -> set[tuple[str, str]]:
        """Give what signs in: the auth token, and the API key where that may."""
        token = (ACCOUNT_SID, self.courier.token)
        return {token, (API_KEY_SID, API_KEY_SECRET)} if with_key else {token}

    def refusal(self, order: Order) -> int | None:
        """Give the error code of a post that is refused."""
        code = order.refusal() or self._script(order.number, order.sender).refusal
        if code is None and order.service_sid not in (None, SERVICE_SID):
            code = 21705
        if code is None and self._ledger.has_stopped(order.sender or SENDER, order.number):
            code = 21610
        return code

    def take(self, order: Order) -> Message:
        """Take a posted SMS, and set going what its number is scripted to do."""
        message = self._ledger.take(order, SENDER)
        script = self._script(order.number, order.sender)
        for step in script.steps:
            self._play(message, step)
        if script.answer:
            last = max((step.wait for step in script.steps), default=0)
            self._handset(message, script.answer, (last + 1) * self.report_delay)
        return message

    def find(self, sid: str) -> Message | None:
        """Give a message by its SID."""
        return self._ledger.find(sid)

    def listed(self) -> list[Message]:
        """Give every message, inbound ones too, newest first."""
        return self._ledger.listed()

    def reply(self, number: str, text: str) -> str:
        """Answer from a handset (E.164) to the newest SMS it got; give the SID of the answer.

        Raises LookupError for a number that got none.
        """
        return self._handset(self._ledger.last_to(number), text, 0.0)

    def pause(self) -> None:
        """Take as long as `latency` says."""
        if self.latency:
            time.sleep(self.latency)

    def over_limit(self) -> float:
        """Give the seconds until the account may post again, 0.0 if it may now."""
        return self._quota.wait() if self.limits else 0.0

    def application(self) -> "WSGIApplication":
        """Twilio's API."""
        app = Flask(__name__)
        app.register_blueprint(api.blueprint(self))
        self.courier.start()
        return app

    def finish(self) -> None:
        """End the courier."""
        self.courier.stop()

    def credentials(self) -> dict[str, Any]:
        """The account, its auth token and an API key."""
        return {
            "account_sid": ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "key_sid": API_KEY_SID,
            "key_secret": API_KEY_SECRET,
        }

    def records(self) -> dict[str, Any]:
        """No records: a gateway knows no people."""
        none = {"count": 0, "id": None}
        return {"people": none, "consented": none, "not_consented": none, "withdrawn": none}

    def connection_settings(self) -> dict[str, Any]:
        """Settings of a connection to this running sandbox; a gateway has no mapping."""
        return self.credentials() | {"sender": SENDER, "base_url": self.base_url}

    def bad_credentials(self) -> dict[str, Any]:
        """Credentials that are refused: neither the token nor the key is the account's."""
        return {"auth_token": "not-the-auth-token", "key_secret": "not-the-api-key-secret"}

    def bad_record(self) -> str:
        """Raises LookupError: a gateway has no records that could be spoilt."""
        raise LookupError("A gateway has no records. Ask a sandbox that holds people.")

    def webhook(self) -> WebhookSample:
        """A signed status of an SMS that was delivered, posted to the connection's own address."""
        fields = {
            "AccountSid": ACCOUNT_SID,
            "MessageSid": "SM" + "0" * 32,
            "MessageStatus": "delivered",
        }
        headers, body = signed(CALLBACK, fields, self.courier.token)
        return WebhookSample("POST", "", headers, body)

    def throttled(self, retry_after: float | None) -> Response:
        """The answer to a caller that is too fast."""
        return api.too_many(retry_after)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """What can be steered over HTTP besides faults, clock and requests."""
        return {
            "messages": lambda: [asdict(each) for each in self.messages],
            "reply": self.reply,
            "set": self.set,
        }

    def set(
        self,
        *,
        report_delay: float | None = None,
        latency: float | None = None,
        magic: bool | None = None,
        advanced: bool | None = None,
        back_off: float | None = None,
        rate: float | None = None,
    ) -> None:
        """Set what is given and leave the rest; delays in seconds, `rate` in posts per second."""
        if report_delay is not None:
            self.report_delay = report_delay
        if latency is not None:
            self.latency = latency
        if magic is not None:
            self.magic = magic
        if advanced is not None:
            self.advanced = advanced
        if back_off is not None:
            self.courier.back_off = back_off
        if rate is not None:
            self._quota = Quota(rate)

    def _script(self, number: str, sender: str) -> Script:
        return script_for(number, sender, magic=self.magic)

    def _play(self, message: Message, step: Step) -> None:
        def happen() -> None:
            self._ledger.happen(message.sid, step.status, step.error_code)

        self.courier.send(
            happen,
            message.callback_url if step.told else None,
            message.callback(step.status, step.error_code),
            step.wait * self.report_delay,
        )

    def _handset(self, last: Message, text: str, wait: float) -> str:
        """Let a handset answer. The hub's address for it is that of the callback, without the key.

        At Twilio an admin enters it once, with the number.
        """
        answer = self._ledger.answer(last, text)
        kind = _keyword(text)

        def act() -> None:
            if kind == "STOP":
                self._ledger.stop(answer.number, answer.sender)
            elif kind == "START":
                self._ledger.start(answer.number, answer.sender)

        address = urldefrag(last.callback_url).url if last.callback_url else None
        url = f"{address.rpartition('/')[0]}/" if address else None
        self.courier.send(act, url, answer.inbound(kind if self.advanced else None), wait)
        return answer.sid


def _keyword(text: str) -> str | None:
    word = text.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    if word in START_WORDS:
        return "START"
    return "HELP" if word in HELP_WORDS else None
