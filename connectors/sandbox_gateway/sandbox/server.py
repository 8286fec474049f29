"""The sandbox as a whole: a gateway's API, a phone for each number, and faults on request."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.wrappers import Response

from hub.testing.sandbox import Sandbox, WebhookSample

from . import api, pages
from .courier import Courier
from .exchange import Exchange, Taken
from .message import Message, Phone, Post, Report, Typed
from .order import Order
from .quota import Quota
from .script import Script, Step, script_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

API_KEY = "phone-sandbox-api-key"


class PhoneSandbox(Sandbox):
    """The gateway's double.

    It holds no people of its own: phones appear as SMS come. `report_delay` (seconds) is what
    reports wait for, `latency` (seconds) what each post takes, and without `magic` no number is
    scripted (see `script`). With `limits` off an account may post as fast as it can.
    """

    name = "sandbox_gateway"

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.api_key = API_KEY
        self.report_delay = 0.3
        self.latency = 0.0
        self.magic = True
        self._quota = Quota()
        self._exchange = Exchange(self.clock)
        self.courier = Courier(self._exchange, self.api_key, self.clock)

    @property
    def messages(self) -> list[Message]:
        """Every SMS, refused ones included, in the order they were first posted."""
        return self._exchange.messages()

    @property
    def posts(self) -> list[Post]:
        """Every post that arrived, repeats of a key included, oldest first."""
        return self._exchange.posts()

    def take(self, order: Order) -> Taken:
        """Take a posted SMS, and set going what its number is scripted to do."""
        script = script_for(order.number, magic=self.magic)
        taken = self._exchange.take(order, script.refusal)
        if taken.new and not taken.message.refusal:
            self._play(script, taken.message)
        return taken

    def find(self, key: str) -> Message | None:
        """Give the SMS with this key, or None where none was ever posted."""
        return self._exchange.find(key)

    def phones(self, most: int) -> list[Phone]:
        """Give the phones on which something happened last, newest first."""
        return self._exchange.phones(most)

    def phone_count(self) -> int:
        """Say how many phones got an SMS."""
        return self._exchange.phone_count()

    def phone(self, number: str) -> list[Message | Typed]:
        """Give what lies on a phone (E.164), oldest first."""
        return self._exchange.phone(number)

    def reply(self, number: str, text: str) -> str:
        """Answer from a phone and give the reply's id; it is posted to the hub at once.

        Raises LookupError for a phone that got no SMS.
        """
        typed = self._exchange.compose(number, text)
        self._exchange.show(typed)
        self.courier.send(typed, typed.callback_url)
        return typed.id

    def pause(self) -> None:
        """Take as long as `latency` says."""
        if self.latency:
            time.sleep(self.latency)

    def over_limit(self) -> float:
        """Give the seconds until the account may post again, 0.0 if it may now."""
        return self._quota.wait() if self.limits else 0.0

    def application(self) -> "WSGIApplication":
        """The gateway's API and the phone's pages."""
        app = Flask(__name__)
        app.register_blueprint(api.blueprint(self))
        app.register_blueprint(pages.blueprint(self))
        self.courier.start()
        return app

    def finish(self) -> None:
        """End the courier."""
        self.courier.stop()

    def credentials(self) -> dict[str, Any]:
        """The API key, which also signs callbacks."""
        return {"api_key": self.api_key}

    def records(self) -> dict[str, Any]:
        """No records: a gateway knows no people."""
        none = {"count": 0, "id": None}
        return {"people": none, "consented": none, "not_consented": none, "withdrawn": none}

    def connection_settings(self) -> dict[str, Any]:
        """Settings of a connection to this running sandbox; a gateway has no mapping."""
        return {"base_url": self.base_url, "api_key": self.api_key}

    def bad_credentials(self) -> dict[str, Any]:
        """A key that the sandbox refuses."""
        return {"api_key": "not-the-phone-sandbox-api-key"}

    def bad_record(self) -> str:
        """Raises LookupError: a gateway has no records that could be spoilt."""
        raise LookupError("A gateway has no records. Ask a sandbox that holds people.")

    def webhook(self) -> WebhookSample:
        """A signed report on an SMS that was delivered."""
        report = Report(
            id="sms-sample-1",
            key="sample",
            message_id="sms-sample",
            state="delivered",
            at=self.clock(),
            reason=None,
            permanent=None,
            segments=1,
        )
        headers, body = self.courier.signed([report])
        return WebhookSample("POST", "", headers, body)

    def throttled(self, retry_after: float | None) -> Response:
        """The answer to a caller that is too fast."""
        return api.too_many(retry_after)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """What can be steered over HTTP besides faults, clock and requests."""
        return {
            "messages": lambda: [asdict(sms) | {"state": sms.state} for sms in self.messages],
            "posts": lambda: [asdict(post) for post in self.posts],
            "reply": self.reply,
            "set": self.set,
        }

    def set(
        self,
        *,
        report_delay: float | None = None,
        latency: float | None = None,
        magic: bool | None = None,
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
        if back_off is not None:
            self.courier.back_off = back_off
        if rate is not None:
            self._quota = Quota(rate)

    def _play(self, script: Script, message: Message) -> None:
        for index, step in enumerate(script.steps):
            said = index if step.same_as is None else step.same_as
            report = self._report(message, script.steps[said], said)
            url = message.callback_url if step.told else None
            self.courier.send(report, url, step.wait * self.report_delay)
        if script.answer:
            typed = self._exchange.compose(message.number, script.answer)
            last = script.steps[-1].wait if script.steps else 0
            self.courier.send(typed, typed.callback_url, (last + 1) * self.report_delay)

    def _report(self, message: Message, step: Step, index: int) -> Report:
        return Report(
            id=f"{message.id}-{index}",
            key=message.key,
            message_id=message.id,
            state=step.state,
            at=message.at + timedelta(seconds=step.wait * self.report_delay),
            reason=step.reason,
            permanent=step.permanent,
            segments=message.segments,
        )
