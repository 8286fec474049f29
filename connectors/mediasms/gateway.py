"""The gateway: sends through MediaSMS-CONSOLE, listens to it, asks it."""

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
    TransientError,
)

from . import answers, callbacks
from .callbacks import Door
from .client import MediaClient
from .results import number_of, report
from .smsid import smsid_of

SHORT_BYTES = 140
LONG_BYTES = 1320
"""660 full-width characters, which docomo takes; au, SoftBank and Rakuten would take 670."""

_JAPAN = "+81"


class MediaGateway:
    """One API user as a message gateway. Safe to use from several threads at once."""

    def __init__(self, connection: Connection) -> None:
        self._client = MediaClient(connection)
        self._prefix: str = connection.setting("smsid_prefix")
        self._domestic = connection.setting("number_style") == "domestic"
        self._title: str | None = connection.setting("sender_title")
        self._two_way: bool = connection.setting("replies")
        self._door = Door(
            key=connection.setting("callback_key"),
            addresses=tuple(connection.setting("callback_addresses")),
        )
        self._label = connection.label
        self._profile = GatewayProfile(
            max_units=LONG_BYTES if connection.setting("long_text") else SHORT_BYTES,
            counting="sjis_bytes",
            newline_units=2,
            wide_doubles=True,
            rate=connection.setting("rate"),
            burst=connection.setting("burst"),
            idempotency="key",
            retries_itself=True,
            reports=self._door.key is not None,
            replies=self._two_way and self._door.key is not None,
            data_region="jp",
        )

    @property
    def profile(self) -> GatewayProfile:
        """What the console can do: Shift_JIS counting, keys that make repeats safe, own retries."""
        return self._profile

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one SMS. A repeat of the same id is known to the console and sends nothing."""
        if not outgoing.number.startswith(_JAPAN):
            return Receipt(state=ReceiptState.REJECTED, reason="bad_number")
        smsid = smsid_of(outgoing.id, self._prefix)
        try:
            answer = self._client.post(self._order(outgoing, smsid))
        except TransientError as error:
            state = ReceiptState.UNKNOWN if error.maybe_done else ReceiptState.RETRY_LATER
            return Receipt(state=state, retry_after=error.retry_after)
        return answers.receipt(answer, smsid)

    def receive(self, request: Inbound) -> Sequence[DeliveryReport | Reply]:
        """Check who posted this and give the result or reply in it."""
        key = self._door.check(request)
        return callbacks.read(request, key, self._prefix)

    def find(self, key: str) -> DeliveryReport | None:
        """Give the last result of the SMS with this key; None if it never arrived."""
        smsid = smsid_of(key, self._prefix)
        answer = self._client.result(smsid)
        if answer is None:
            return None
        if answer.result is None:
            raise TransientError(
                f'MediaSMS knows the SMS of "{self._label}" and told no result. '
                "The hub asks again by itself.",
                f"メディアSMSの応答に送達結果がありません({self._label})。自動で再度問い合わせます。",
            )
        return report(smsid, key, number_of(answer.result))

    def _order(self, outgoing: Outgoing, smsid: str) -> dict[str, str]:
        national = outgoing.number.removeprefix(_JAPAN)
        order = {
            "mobilenumber": f"0{national}" if self._domestic else f"81{national}",
            "smstext": outgoing.text,
            "smsid": smsid,
            "status": "1" if self._profile.reports else "0",
        }
        if self._title:
            order["smstitle"] = self._title
        if self._two_way:
            order |= {"returnsms": "1", "waitreturnsms": "1"}
        return order
