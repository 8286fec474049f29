"""One SMS as Twilio keeps it, and the resource it shows (api v2010, Message)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An SMS that was taken, or one that somebody sent to us. `at` and `sent_at` are UTC."""

    sid: str
    account_sid: str
    service_sid: str | None
    direction: str
    sender: str = field(repr=False)
    number: str = field(repr=False)
    body: str = field(repr=False)
    callback_url: str | None = field(repr=False)
    status: str
    at: datetime
    segments: int
    sent_at: datetime | None = None
    error_code: int | None = None

    def resource(self) -> dict[str, Any]:
        """Give the message as the API shows it."""
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "date_updated": format_datetime(self.sent_at or self.at),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None if self.error_code is None else f"Error {self.error_code}",
            "from": self.sender,
            "messaging_service_sid": self.service_sid,
            "num_media": "0",
            # With a service the sender is chosen later, and the segments are counted then.
            "num_segments": "0" if self.status == "accepted" else str(self.segments),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.number,
            "uri": f"{path}.json",
        }

    def callback(self, status: str, error_code: int | None) -> Mapping[str, str]:
        """Give the fields of a status callback."""
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.sender,
            "MessageSid": self.sid,
            "MessageStatus": status,
            "SmsSid": self.sid,
            "SmsStatus": status,
            "To": self.number,
        }
        if self.service_sid:
            fields["MessagingServiceSid"] = self.service_sid
        if error_code is not None:
            fields["ErrorCode"] = str(error_code)
        return fields

    def inbound(self, opt_out_type: str | None) -> Mapping[str, str]:
        """Give the fields of the call that tells of an SMS to us."""
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": self.body,
            "From": self.sender,
            "FromCity": "",
            "FromCountry": "JP",
            "FromState": "",
            "FromZip": "",
            "MessageSid": self.sid,
            "NumMedia": "0",
            "NumSegments": str(self.segments),
            "SmsMessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsStatus": "received",
            "To": self.number,
        }
        if opt_out_type:
            fields["OptOutType"] = opt_out_type
        return fields
