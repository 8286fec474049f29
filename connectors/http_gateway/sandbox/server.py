"""What the doubles of all described vendors share: taking SMS, their fates, and the posts."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, ClassVar

from hub.testing.sandbox import Sandbox, WebhookSample

from .courier import Courier, Post
from .memory import Memory
from .message import Fate, Message
from .script import script_for

ACCOUNT = "sandbox-tenant"
SERVICE = "12345"
TOKEN = "sandbox-token-0123456789abcdefgh"  # noqa: S105 - the double's own
CALLBACK_KEY = "http-gateway-sandbox-callback-key"


class VendorSandbox(Sandbox):
    """One vendor's double. It holds no people of its own.

    Results are posted to the address that was registered with `set`. `report_delay` (seconds) is
    what lies between two results.
    """

    vendor: ClassVar[str]

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.report_delay = 0.3
        self.memory = Memory()
        self.courier = Courier()
        self._ids = count(1)

    @property
    def messages(self) -> list[Message]:
        """Every SMS that was taken, oldest first."""
        return self.memory.tagged(None)

    @abstractmethod
    def post_about(self, message: Message) -> Post:
        """Give what the vendor posts about an SMS as it stands."""

    def take(
        self,
        number: str,
        text: str,
        tags: tuple[str, ...],
        *,
        until: str | None = None,
        once: bool = False,
    ) -> Message | None:
        """Take an SMS and set going what becomes of it; None for a tag used before, if `once`."""
        now = self.clock()
        message = Message(
            id=f"{next(self._ids):08d}",
            number=number,
            text=text,
            tags=tags,
            at=now,
            changed=now,
            until=until,
        )
        if not self.memory.add(message, once=once):
            return None
        script = script_for(number)
        for nth, fate in enumerate(script.fates, start=1):
            happen = partial(self._happen, message.id, fate, told=script.told)
            self.courier.send(happen, nth * self.report_delay)
        return message

    def finish(self) -> None:
        """End the courier."""
        self.courier.stop()

    def credentials(self) -> dict[str, Any]:
        """What a client signs in with, and the key its callback address should end with."""
        return {
            "account": ACCOUNT,
            "service": SERVICE,
            "token": TOKEN,
            "callback_key": CALLBACK_KEY,
        }

    def records(self) -> dict[str, Any]:
        """No records: a gateway knows no people."""
        none = {"count": 0, "id": None}
        return {"people": none, "consented": none, "not_consented": none, "withdrawn": none}

    def connection_settings(self) -> dict[str, Any]:
        """Settings of a connection to this running sandbox."""
        return {"base_url": self.base_url, "vendor": self.vendor} | self.credentials()

    def bad_credentials(self) -> dict[str, Any]:
        """A token that the vendor refuses."""
        return {"token": "not-the-token-0123456789abcdefgh"}

    def bad_record(self) -> str:
        """Raises LookupError: a gateway has no records that could be spoilt."""
        raise LookupError("A gateway has no records. Ask a sandbox that holds people.")

    def webhook(self) -> WebhookSample:
        """The result of an SMS that arrived, posted to the right address."""
        now = self.clock()
        post = self.post_about(
            Message(
                id="00000000",
                number="09012345678",
                text="sample",
                tags=("0123456789abcdef0123456789abcdef",),
                at=now,
                changed=now,
                fate=Fate.ARRIVED,
            )
        )
        return WebhookSample("POST", CALLBACK_KEY, {"Content-Type": post.kind}, post.body)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """What can be steered over HTTP besides faults, clock and requests."""
        return {
            "messages": lambda: [asdict(sms) for sms in self.messages],
            "set": self.set,
        }

    def set(
        self,
        *,
        callback_url: str | None = None,
        report_delay: float | None = None,
        back_off: float | None = None,
    ) -> None:
        """Set what is given and leave the rest; an empty `callback_url` takes it away.

        Delays are in seconds.
        """
        if callback_url is not None:
            self.courier.url = callback_url or None
        if back_off is not None:
            self.courier.back_off = back_off
        self.report_delay = self.report_delay if report_delay is None else report_delay

    def _happen(self, id_: str, fate: Fate, *, told: bool) -> Post | None:
        message = self.memory.become(id_, fate, self.clock())
        return self.post_about(message) if told else None
