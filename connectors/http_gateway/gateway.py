"""The gateway: sends through a vendor as its file says, listens to it, asks it."""

from collections.abc import Sequence
from dataclasses import replace

from hub.sdk import (
    Connection,
    DeliveryReport,
    GatewayProfile,
    Inbound,
    Outgoing,
    Receipt,
    ReceiptState,
    RefusedInbound,
    Reply,
    TransientError,
)

from . import answers, callbacks, moments
from .callbacks import Door
from .client import VendorClient
from .numbers import styled
from .vendor import Call, Vendor


class HttpGateway:
    """One account at one vendor. Safe to use from several threads at once."""

    def __init__(self, connection: Connection, vendor: Vendor) -> None:
        self._vendor = vendor
        self._client = VendorClient(connection, vendor)
        called = vendor.callback
        named = tuple(connection.setting("callback_addresses"))
        self._door = Door(
            key=connection.setting("callback_key"),
            addresses=named or (called.addresses if called else ()),
        )
        listens = called is not None and self._door.key is not None
        self._profile = replace(
            vendor.profile,
            rate=connection.setting("rate") or vendor.profile.rate,
            burst=connection.setting("burst") or vendor.profile.burst,
            reports=listens,
            replies=listens and called is not None and called.replies is not None,
        )

    @property
    def profile(self) -> GatewayProfile:
        """What the vendor file says; results and replies only where a callback key is set."""
        return self._profile

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one SMS."""
        number = styled(outgoing.number, self._vendor.number)
        if number is None:
            return Receipt(state=ReceiptState.REJECTED, reason="bad_number")
        until = outgoing.not_after
        values = {
            "number": number,
            "text": outgoing.text,
            "key": outgoing.id,
            "not_after": moments.written(until, self._vendor.time) if until else None,
            "callback_url": self._callback_url(outgoing),
        }
        try:
            answer, rule = self._client.post(values)
        except TransientError as error:
            state = ReceiptState.UNKNOWN if error.maybe_done else ReceiptState.RETRY_LATER
            return Receipt(state=state, retry_after=error.retry_after)
        return answers.receipt(answer, rule, self._vendor.answers, outgoing.id)

    def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
        """Check who posted this and give the results and replies in it."""
        if self._vendor.callback is None:
            raise RefusedInbound(
                "not_expected",
                "This connection's vendor file describes no callback. "
                "Add a table [callback], or take the address out at the vendor.",
                "この接続の事業者ファイルには通知の記述がありません。"
                "[callback]の表を加えるか、事業者側の通知先を外してください。",
                status=404,
            )
        key = self._door.check(request)
        return callbacks.read(request, self._vendor.callback, self._vendor.reports, key)

    def _callback_url(self, outgoing: Outgoing) -> str | None:
        if outgoing.callback_url is None or self._door.key is None:
            return None
        return f"{outgoing.callback_url.rstrip('/')}/{self._door.key.reveal()}"


class AskableGateway(HttpGateway):
    """The same for a vendor that can be asked what became of an SMS."""

    def __init__(self, connection: Connection, vendor: Vendor, look_up: Call) -> None:
        super().__init__(connection, vendor)
        self._look_up = look_up

    def find(self, key: str) -> DeliveryReport | None:
        """Give what the vendor knows of the SMS with this key; None if it never arrived."""
        return self._client.find(self._look_up, key)
