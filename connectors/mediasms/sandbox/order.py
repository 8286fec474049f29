"""What a post asks for, and the code with which the console refuses it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

SHORT_BYTES, LONG_BYTES = 140, 1340
_SHORT_CHARACTERS, _LONG_CHARACTERS, _DOCOMO_CHARACTERS = 70, 670, 660
_DOMESTIC = re.compile(r"0[26789]0([1-9]\d{7}|0\d{10})")
_INTERNATIONAL = re.compile(r"81[6789]0[1-9]\d{7}")
_SMSID = re.compile(r"[0-9A-Za-z]{1,100}")
_TITLE = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z._-]{2,11}")


class BadJson(ValueError):
    """The body is no JSON object (615)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """The parameters of one post; what was left out is an empty text."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    mobilenumber: str = field(repr=False)
    smstext: str = field(repr=False)
    smsid: str
    smstitle: str
    status: str
    returnsms: str

    @property
    def number(self) -> str:
        """Give the number in the domestic form."""
        given = self.mobilenumber
        return f"0{given[2:]}" if _INTERNATIONAL.fullmatch(given) else given


def read(request: Request) -> Order:
    """Read a JSON or form body. Raises BadJson."""
    fields = _json(request.get_data()) if request.is_json else request.form.to_dict()
    names = Order.__slots__
    return Order(**{name: str(fields.get(name, "")) for name in names})


def refusal(order: Order, *, long_text: bool, two_way: bool) -> str | None:
    """Give the code that refuses an order, None for one that is taken."""
    given = order.mobilenumber
    if not (_DOMESTIC.fullmatch(given) or _INTERNATIONAL.fullmatch(given)):
        return "560"
    if order.status not in ("", "0", "1"):
        return "573"
    if order.returnsms == "1" and not two_way:
        return "595"
    needed = "1" in (order.status, order.returnsms)
    if not _SMSID.fullmatch(order.smsid) and (needed or order.smsid):
        return "574"
    if order.smstitle and not _TITLE.fullmatch(order.smstitle):
        return "580"
    return _text_refusal(order.smstext, long_text=long_text)


def _text_refusal(text: str, *, long_text: bool) -> str | None:
    """The upper-limit option is on: a text that is too long is refused, never cut."""
    if not text.strip():
        return "585"
    try:
        length = len(text.replace("\n", "\r\n").encode("shift_jis"))
    except UnicodeEncodeError:
        return "585"
    characters = len(text)
    wide = any(len(character.encode("shift_jis")) == 2 for character in text)
    if length > (LONG_BYTES if long_text else SHORT_BYTES):
        return "585"
    if wide and characters > (_LONG_CHARACTERS if long_text else _SHORT_CHARACTERS):
        return "585"
    return "618" if wide and characters > _DOCOMO_CHARACTERS else None


def _json(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise BadJson from exc
    if not isinstance(fields, dict):
        raise BadJson
    return fields
