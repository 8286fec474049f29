"""The gateway: sends to the sandbox, listens to it, asks it."""

from collections.abc import Sequence

from hub.sdk import (
    Connection,
    DeliveryReport,
    GatewayProfile,
    Inbound,
    Outgoing,
    Receipt,
    ReceiptState,
    Reply,
    SecretText,
    TransientError,
    retry_after,
)

from . import answers, callbacks
from .client import PhoneClient, json_object

MAX_UNITS = 670
"""The longest text of the Japanese carriers, in UTF-16 units (see the facts on gateways)."""


class PhoneGateway:
    """One sandbox account as a message gateway. Safe to use from several threads at once."""

    def __init__(self, connection: Connection) -> None:
        self._client = PhoneClient(connection)
        self._label = connection.label
        self._key: SecretText = connection.setting("api_key")
        self._profile = GatewayProfile(
            max_units=MAX_UNITS,
            counting="utf16",
            rate=connection.setting("rate"),
            burst=connection.setting("burst"),
            idempotency="key",
            reports=True,
            replies=True,
            data_region="sandbox",
        )

    @property
    def profile(self) -> GatewayProfile:
        """What the sandbox can do: 670 units, reports, replies, keys that make repeats safe."""
        return self._profile

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one SMS. A repeat of the same id is answered as the first time and sends nothing."""
        try:
            response = self._client.post(outgoing)
        except TransientError as error:
            state = ReceiptState.UNKNOWN if error.maybe_done else ReceiptState.RETRY_LATER
            return Receipt(state=state, retry_after=error.retry_after)
        return answers.receipt(response.status_code, json_object(response), retry_after(response))

    def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
        """Check a callback's signature and give the reports and replies in it."""
        callbacks.check(request, self._key)
        return callbacks.read(request.body)

    def find(self, key: str) -> Receipt | DeliveryReport | None:
        """Give the last report on the SMS with this key, or its receipt; None if it never came."""
        body = self._client.message(key)
        if body is None:
            return None
        found = answers.found(body)
        if found is None:
            raise TransientError(
                f'The sandbox gateway of "{self._label}" knows the SMS in a state this version '
                "does not read. Run the sandbox of this version.",
                f"「{self._label}」のサンドボックスが返したSMSの状態を解釈できません。"
                "同じバージョンのサンドボックスを使ってください。",
            )
        return found
