"""The phone in the browser: a list of phones, and each phone as its owner sees it.

Pages refresh themselves every three seconds without script; the one on which a reply is being
written does not, so that nothing typed is lost.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from hub.sdk import Words

from .links import linkify
from .message import Message, Typed
from .script import MAX_UNITS
from .words import QUICK_REPLIES, TEXTS

if TYPE_CHECKING:
    from .server import PhoneSandbox

_JAPAN = ZoneInfo("Asia/Tokyo")
_MOST_PHONES = 100
_MOST_MESSAGES = 200
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def blueprint(sandbox: "PhoneSandbox") -> Blueprint:
    """Give the pages of this sandbox's phones."""
    pages = Blueprint("pages", __name__, template_folder="templates", static_folder="static")

    @pages.get("/")
    def phones() -> str:
        return render_template(
            "phones.html",
            phones=sandbox.phones(_MOST_PHONES),
            total=sandbox.phone_count(),
            most=_MOST_PHONES,
        )

    @pages.get("/phone/<number>")
    def phone(number: str) -> Any:
        items = sandbox.phone(e164(number))
        page = render_template(
            "phone.html",
            number=e164(number),
            items=items[-_MOST_MESSAGES:],
            total=len(items),
            writing="write" in request.args,
            quick_replies=QUICK_REPLIES,
            longest=MAX_UNITS,
        )
        return page, 200 if items else 404

    @pages.post("/phone/<number>/reply")
    def reply(number: str) -> Response:
        text = request.form.get("text", "").strip().replace("\r\n", "\n")[:MAX_UNITS]
        try:
            if text:
                sandbox.reply(e164(number), text)
        except LookupError:
            abort(404)
        return redirect(url_for("pages.phone", number=e164(number), lang=_language()), 303)

    @pages.context_processor
    def helpers() -> dict[str, object]:
        return {
            "w": _words,
            "lang": _language(),
            "link_lang": None if _language() == "ja" else "en",
            "linkify": linkify,
            "national": national,
            "clock": clock,
            "day": lambda at: day(at, sandbox.clock()),
            "came": came,
        }

    @pages.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return pages


def e164(number: str) -> str:
    """Read a number from an address: E.164 as it is, a Japanese one with its zero as +81."""
    return f"+81{number[1:]}" if number.startswith("0") else number


def national(number: str) -> str:
    """Write a number as one reads it in Japan: 090-1234-5678; others stay in E.164."""
    if not number.startswith("+81"):
        return number
    digits = f"0{number[3:]}"
    if len(digits) != 11:
        return digits
    return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"


def clock(at: datetime) -> str:
    """Write the time of day in Japan."""
    return at.astimezone(_JAPAN).strftime("%H:%M")


def day(at: datetime, now: datetime) -> Words:
    """Write the day in Japan."""
    local, today = at.astimezone(_JAPAN), now.astimezone(_JAPAN).date()
    if local.date() == today:
        return TEXTS["today"]
    return Words(f"{local.month}月{local.day}日", f"{local:%b} {local.day}")


def came(item: Message | Typed) -> bool:
    """Say whether this was seen by the phone's owner."""
    return isinstance(item, Typed) or item.state not in ("undelivered", "expired", "rejected")


def _language() -> str:
    return "en" if request.values.get("lang") == "en" else "ja"


def _words(key: str | Words, *, plain: bool = False) -> Markup:
    words = TEXTS[key] if isinstance(key, str) else key
    if _language() == "en":
        return Markup("{}").format(words.en)
    if plain or words.ja == words.en:
        return Markup("{}").format(words.ja)
    return Markup('{} <small lang="en">{}</small>').format(words.ja, words.en)
