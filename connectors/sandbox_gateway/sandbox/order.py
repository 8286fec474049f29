"""A posted SMS, read and judged. Pure."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from .length import measure
from .script import MAX_UNITS

_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)


class Malformed(ValueError):
    """The body is no order; the text says what is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a client asks for: this text to this number, not after that moment (UTC)."""

    key: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    callback_url: str | None = field(default=None, repr=False)
    not_after: datetime | None = None


def read(body: bytes) -> Order:
    """Read an order from JSON. Raises Malformed."""
    try:
        fields = json.loads(body)
        # JSON can escape half a character, which no phone and no answer of ours could show.
        json.dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise Malformed("the body is no JSON of whole characters") from exc
    if not isinstance(fields, dict):
        raise Malformed("the body is no JSON object")
    key, number, text = (fields.get(name) for name in ("key", "to", "text"))
    if not (isinstance(key, str) and 0 < len(key) <= 200):
        raise Malformed("key has to be a text of 1 to 200 characters")
    if not (isinstance(number, str) and isinstance(text, str)):
        raise Malformed("to and text have to be texts")
    url = fields.get("callback_url")
    if not (url is None or (isinstance(url, str) and url.startswith(("http://", "https://")))):
        raise Malformed("callback_url has to be an http or https address, or null")
    return Order(
        key=key,
        number=number,
        text=text,
        callback_url=url,
        not_after=_moment(fields.get("not_after")),
    )


def refusal(order: Order, now: datetime) -> str | None:
    """Say why an order is refused whatever its number is scripted to do; None if it is not."""
    if not _E164.fullmatch(order.number):
        return "bad_number"
    if not order.text or measure(order.text).units > MAX_UNITS:
        return "content"
    if order.not_after and order.not_after < now:
        return "expired"
    return None


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as exc:
        raise Malformed("not_after has to be an ISO 8601 time") from exc
    if moment.tzinfo is None:
        raise Malformed("not_after has to name its offset from UTC")
    return moment
