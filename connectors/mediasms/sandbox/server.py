"""The sandbox as a whole: the console's API, results by script, and faults on request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from json import dumps
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.wrappers import Response

from hub.testing.sandbox import Sandbox, WebhookSample

from . import api
from .courier import Courier
from .doorman import Doorman
from .memory import Memory
from .message import Message, Post, reply_body, result_body
from .order import Order
from .script import script_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

USERNAME = "sandbox-user"
PASSWORD = "sandbox-pass-01"  # noqa: S105 - the double's own
CALLBACK_KEY = "mediasms-sandbox-callback-key"
_JAPAN = ZoneInfo("Asia/Tokyo")
_FORBIDDEN = 36


class MediaSandbox(Sandbox):
    """The console's double. It holds no people of its own.

    Results are posted to the address that was registered with `set`. `report_delay` (seconds) is
    what lies between two results. `hours` are the hours in Japan in which SMS are taken, from and
    to; `forbidden` the words no text may hold.
    """

    name = "mediasms"

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.username = USERNAME
        self.password = PASSWORD
        self.report_delay = 0.3
        self.long_text = True
        self.two_way = True
        self.hours: tuple[int, int] | None = None
        self.forbidden: tuple[str, ...] = ()
        self.memory = Memory(self.clock)
        self.doorman = Doorman(self.clock, limits=limits)
        self.courier = Courier()

    @property
    def messages(self) -> list[Message]:
        """Every SMS that was taken, oldest first."""
        return self.memory.messages()

    @property
    def posts(self) -> list[Post]:
        """Every post that arrived, with the code it was answered with, oldest first."""
        return self.memory.posts()

    def take(self, order: Order) -> bool:
        """Take an SMS and set going what becomes of it; False for an `smsid` used before."""
        message, ended = self.memory.take(order)
        if message is None:
            return False
        script = script_for(message.number)
        if ended is None and any(word in message.text for word in self.forbidden):
            ended = _FORBIDDEN
        results = script.results if ended is None else (ended,)
        for nth, result in enumerate(results, start=1):
            told = message.notify and (script.told or ended is not None)
            happen = partial(self._happen, message.smsid, result, told=told)
            self.courier.send(happen, nth * self.report_delay)
        if script.answer and ended is None and message.two_way:
            wait = (len(results) + 1) * self.report_delay
            self.courier.send(partial(self._typed, message.number, script.answer), wait)
        return True

    def reply(self, number: str, text: str) -> str:
        """Answer from a handset (domestic number) and give the reply's id.

        Raises LookupError for a number to which no two-way SMS came.
        """
        typed = self.memory.compose(number, text)
        self.courier.send(lambda: reply_body(typed), 0.0)
        return typed.id

    def tap(self, number: str) -> None:
        """Tap the console's own opt-out address: the number is on its exclusion list then."""
        self.memory.exclude(number)

    def open_now(self) -> bool:
        """Say whether SMS are taken at this hour in Japan."""
        hour = self.clock().astimezone(_JAPAN).hour
        return self.hours is None or self.hours[0] <= hour < self.hours[1]

    def application(self) -> "WSGIApplication":
        """The console's API."""
        app = Flask(__name__, static_folder=None)
        app.register_blueprint(api.blueprint(self))
        self.courier.start()
        return app

    def finish(self) -> None:
        """End the courier."""
        self.courier.stop()

    def credentials(self) -> dict[str, Any]:
        """What a client signs in with, and the key its callback address should end with."""
        return {
            "username": self.username,
            "password": self.password,
            "callback_key": CALLBACK_KEY,
        }

    def records(self) -> dict[str, Any]:
        """No records: a gateway knows no people."""
        none = {"count": 0, "id": None}
        return {"people": none, "consented": none, "not_consented": none, "withdrawn": none}

    def connection_settings(self) -> dict[str, Any]:
        """Settings of a connection to this running sandbox, with all its options in use."""
        options = {"long_text": True, "replies": True}
        return {"base_url": self.base_url} | self.credentials() | options

    def bad_credentials(self) -> dict[str, Any]:
        """A password that the console refuses."""
        return {"password": "not-the-password"}

    def bad_record(self) -> str:
        """Raises LookupError: a gateway has no records that could be spoilt."""
        raise LookupError("A gateway has no records. Ask a sandbox that holds people.")

    def webhook(self) -> WebhookSample:
        """The result of an SMS that was delivered, posted to the right address."""
        message = Message(
            smsid="0123456789abcdef0123456789abcdef",
            number="09012345678",
            text="sample",
            title="",
            notify=True,
            two_way=False,
            at=self.clock(),
        )
        body = dumps(result_body(message, 1), ensure_ascii=False).encode()
        return WebhookSample("POST", CALLBACK_KEY, {"Content-Type": "application/json"}, body)

    def throttled(self, retry_after: float | None) -> Response:
        """The answer to a caller that is too fast."""
        return api.answer("503", retry_after=retry_after)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """What can be steered over HTTP besides faults, clock and requests."""
        return {
            "messages": lambda: [asdict(sms) | {"result": sms.result} for sms in self.messages],
            "posts": lambda: [asdict(post) for post in self.posts],
            "reply": self.reply,
            "set": self.set,
            "tap": self.tap,
            "unblock": self.doorman.unblock,
        }

    def set(
        self,
        *,
        callback_url: str | None = None,
        report_delay: float | None = None,
        back_off: float | None = None,
        rate: int | None = None,
        hours: Sequence[int] | None = None,
        forbidden: Sequence[str] | None = None,
        long_text: bool | None = None,
        two_way: bool | None = None,
    ) -> None:
        """Set what is given and leave the rest; an empty `callback_url` or `hours` takes it away.

        Delays are in seconds, `rate` in requests a second, `hours` two hours of the day in Japan.
        """
        if callback_url is not None:
            self.courier.url = callback_url or None
        if back_off is not None:
            self.courier.back_off = back_off
        if rate is not None:
            self.doorman.most_a_second = rate
        if hours is not None:
            self.hours = (hours[0], hours[1]) if hours else None
        if forbidden is not None:
            self.forbidden = tuple(forbidden)
        self.report_delay = self.report_delay if report_delay is None else report_delay
        self.long_text = self.long_text if long_text is None else long_text
        self.two_way = self.two_way if two_way is None else two_way

    def _happen(self, smsid: str, result: int, *, told: bool) -> dict[str, str] | None:
        message = self.memory.add_result(smsid, result)
        return result_body(message, result) if told else None

    def _typed(self, number: str, text: str) -> dict[str, str]:
        return reply_body(self.memory.compose(number, text))
