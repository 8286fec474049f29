"""A posted SMS, read and judged as Twilio does. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
LONGEST = 1600


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a client asks for. `sender` is empty where a messaging service chooses it."""

    number: str = field(repr=False)
    body: str = field(repr=False)
    sender: str = field(repr=False)
    service_sid: str | None
    callback_url: str | None = field(repr=False)
    validity: str | None

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Order":
        """Read a form; fields that are not known here are left alone, as Twilio leaves them."""
        return cls(
            number=form.get("To", ""),
            body=form.get("Body", ""),
            sender=form.get("From", ""),
            service_sid=form.get("MessagingServiceSid") or None,
            callback_url=form.get("StatusCallback") or None,
            validity=form.get("ValidityPeriod") or None,
        )

    def refusal(self) -> int | None:
        """Give the error code for which it is refused whatever its number is scripted to do."""
        checks = (
            (not self.sender and not self.service_sid, 21603),
            (not self.number, 21604),
            (not _E164.fullmatch(self.number), 21211),
            (not self.body, 21602),
            (len(self.body) > LONGEST, 21617),
            (self.validity is not None and not _is_period(self.validity), 21623),
            (self.callback_url is not None and not _is_address(self.callback_url), 21609),
        )
        return next((code for wrong, code in checks if wrong), None)


def segments(body: str) -> int:
    """Count the parts of a text: 70 or 67 UTF-16 units, 160 or 153 characters of ASCII."""
    units = len(body.encode("utf-16-le", "surrogatepass")) // 2
    whole, part = (160, 153) if body.isascii() else (70, 67)
    return 1 if units <= whole else -(-units // part)


def _is_period(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 36_000


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))
