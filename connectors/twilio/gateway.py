"""The gateway: sends through Twilio, listens to it, asks it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.sdk import (
    Acknowledgement,
    AuthError,
    Connection,
    DeliveryReport,
    GatewayProfile,
    Inbound,
    Outgoing,
    Receipt,
    ReceiptState,
    Reply,
    SecretText,
    Sent,
    TransientError,
    retry_after,
)

from . import answers, callbacks, history, order
from .client import TwilioClient, json_object, next_path
from .signature import checked_fields

MAX_UNITS = 670
"""The longest text of the Japanese carriers, in UTF-16 units; Twilio itself takes 1,600."""

PAGE = 1000
"""Messages in a page of the list: the most Twilio gives."""

MOST_PAGES = 5
"""Pages of one number that are read; with more of them nobody can tell."""

SILENCE = Acknowledgement(content_type="text/xml; charset=utf-8", body=b"<Response/>")
"""An answer that sends nothing: plain text here would go to the person as an SMS."""


class TwilioGateway:
    """One account as a message gateway. Safe to use from several threads at once."""

    def __init__(self, connection: Connection) -> None:
        self._client = TwilioClient(connection)
        self._label = connection.label
        self._sender = order.sender(connection)
        self._tokens: list[SecretText] = [
            token
            for key in ("auth_token", "other_auth_token")
            if (token := connection.setting(key)) is not None
        ]
        rate = float(connection.setting("rate"))
        # Without a public address nobody calls back: the hub then asks for every report.
        called = connection.callback_url is not None
        self._profile = GatewayProfile(
            max_units=MAX_UNITS,
            counting="utf16",
            rate=rate,
            burst=max(1, int(rate)),
            idempotency="lookup",
            reports=called,
            replies=called and order.can_be_answered(self._sender),
            data_region=(connection.setting("region") or "us1")[:2],
        )

    @property
    def profile(self) -> GatewayProfile:
        """What Twilio can do: no key, but it can be asked; nobody replies to a sender's name."""
        return self._profile

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one SMS. One that could not reach its handset in time is not posted: expired."""
        period = order.validity(outgoing.not_after, datetime.now(UTC))
        if period == 0:
            return Receipt(state=ReceiptState.REJECTED, reason="expired")
        try:
            response = self._client.post_message(order.form(outgoing, self._sender, period))
        except TransientError as error:
            state = ReceiptState.UNKNOWN if error.maybe_done else ReceiptState.RETRY_LATER
            return Receipt(state=state, retry_after=error.retry_after)
        body = json_object(response)
        if body.get("code") in answers.BAD_SENDER:
            raise self._no_sender()
        return answers.receipt(response.status_code, body, retry_after(response))

    def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
        """Check a callback's signature and give the status or the reply in it."""
        return callbacks.read(checked_fields(request, self._tokens), request.tail)

    def acknowledge(self, request: Inbound) -> Acknowledgement:
        """Give the answer that Twilio takes without a warning and that sends no SMS."""
        return SILENCE

    def find_sent(self, sent: Sent) -> Receipt | DeliveryReport | None:
        """Give what became of an SMS: by its SID where that is known, else by number and text."""
        if sent.reference:
            return answers.found(self._client.fetch_message(sent.reference))
        listed = self._listed(sent.outgoing.number)
        return history.CANNOT_TELL if listed is None else history.choose(listed, sent)

    def _listed(self, number: str) -> list[Mapping[str, Any]] | None:
        """Give all messages to a number, None where there are too many to read them."""
        listed: list[Mapping[str, Any]] = []
        page = self._client.read(
            f"{self._client.messages}.json", {"To": number, "PageSize": str(PAGE)}
        )
        for _ in range(MOST_PAGES):
            messages = page.get("messages")
            if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
                raise TransientError(
                    f'Twilio gave no list of messages for "{self._label}". '
                    "The hub asks again by itself.",
                    f"Twilioからメッセージの一覧を取得できません({self._label})。"
                    "自動で再度照会します。",
                )
            listed += messages
            path = next_path(page)
            if path is None:
                return listed
            page = self._client.read(path)
        return None

    def _no_sender(self) -> AuthError:
        return AuthError(
            f'Twilio does not know the sender of "{self._label}". '
            f"Enter a number or messaging service of this account in the settings of "
            f"{self._label}.",
            f"Twilioが「{self._label}」の送信元を認識できません。"
            f"「{self._label}」の設定で、このアカウントの番号またはMessaging Serviceを"
            "指定してください。",
        )
