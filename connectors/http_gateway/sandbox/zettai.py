"""絶対リーチ!SMS's API, by its public description 1.4.7.

| call | answer |
|---|---|
| `POST /p5/api/mt.json` | form; `{"responseCode": 0, …}` with status 200, whatever the code |
| `GET /p5/api/status.json` | `{"responseCode": 0, "status": […]}` |

Which words `responseMessage` has for a wrong token is not published; "Invalid token." follows the
pattern that is. Results are posted as a form whose field `json` holds them.
"""

import hmac
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, request
from werkzeug.wrappers import Response

from .courier import Post
from .message import Fate, Message
from .server import ACCOUNT, SERVICE, TOKEN, VendorSandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LONGEST = 660
_JAPAN = ZoneInfo("Asia/Tokyo")
_NUMBER = re.compile(r"(?:\+81|0)([26789]0[1-9][0-9]{7})")
_DOMESTIC = "0"
_STANDS: dict[Fate, tuple[int, int, str]] = {
    Fate.WAITING: (0, 0, "Unknown"),
    Fate.SENDING: (1, 1, "Message is Sending"),
    Fate.ARRIVED: (2, 2, "Message delivered"),
    Fate.AWAY: (3, 31824, "Message delivery failed"),
    Fate.FAILED: (3, 31732, "Message delivery failed"),
    Fate.CANCELED: (3, 3, "Message delivery failed"),
}


class ZettaiSandbox(VendorSandbox):
    """絶対リーチ!SMS's double: one client with one SMS code."""

    name = "zettai_reach"
    vendor = "zettai_reach"

    def application(self) -> "WSGIApplication":
        """The API."""
        app = Flask(__name__, static_folder=None)

        @app.post("/p5/api/mt.json")
        def send() -> Response:
            return self._send(request.form)

        @app.get("/p5/api/status.json")
        def status() -> Response:
            if refused := _turned_away(request.args):
                return refused
            if not (request.args.get("clientTag") or request.args.get("date")):
                return _answer(100, "Required clientTag.")
            every = self.memory.tagged(request.args.get("clientTag"))
            return _answer(0, "Success.", status=[told(message) for message in every])

        self.courier.start()
        return app

    def post_about(self, message: Message) -> Post:
        """Give the DLR notice, as a form with JSON in it."""
        notices = [{"type": "DLR", "messageId": message.id} | told(message)]
        body = urlencode({"json": json.dumps({"eventNotifications": notices})})
        return Post(body=body.encode(), kind="application/x-www-form-urlencoded")

    def throttled(self, retry_after: float | None) -> Response:
        """The answer to a caller that is too fast; the vendor does not describe its own."""
        response = _answer(500, "System error.")
        response.status_code = 429
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def _send(self, given: Mapping[str, str]) -> Response:
        if refused := _turned_away(given):
            return refused
        if given.get("smsCode") != SERVICE:
            return _answer(110, "Invalid smsCode.")
        number, text = _NUMBER.fullmatch(given.get("phoneNumber", "")), given.get("message", "")
        if number is None:
            return _answer(110, "Invalid phoneNumber.")
        if not text:
            return _answer(100, "Required message.")
        if len(text) > LONGEST:
            return _answer(120, "message too long.")
        tag = given.get("clientTag")
        tags = (tag,) if tag else ()
        if self.take(f"{_DOMESTIC}{number[1]}", text, tags, once=True) is None:
            return _answer(400, "Duplicate client tag.")
        return _answer(0, "Success.", phoneNumber=f"+81{number[1]}", smsMessage=text)


def told(message: Message) -> dict[str, Any]:
    """Give an SMS as the status call and the DLR notice have it."""
    status, detail, words = _STANDS[message.fate]
    return {
        "dateTime": message.changed.astimezone(_JAPAN).strftime("%Y/%m/%d %H:%M:%S"),
        "phoneNumber": f"+81{message.number[1:]}",
        "message": message.text,
        "smsCode": int(SERVICE),
        "carrierId": 103,
        "carrierName": "Docomo",
        "clientTag": next(iter(message.tags), ""),
        "statusId": status,
        "statusDescription": words,
        "detailedStatusId": detail,
        "separatedSuccessCount": message.units if message.fate is Fate.ARRIVED else 0,
    }


def _turned_away(given: Mapping[str, str]) -> Response | None:
    if not hmac.compare_digest(given.get("token", "").encode(), TOKEN.encode()):
        return _answer(110, "Invalid token.")
    if given.get("clientId") != ACCOUNT:
        return _answer(110, "Invalid clientId.")
    return None


def _answer(code: int, message: str, **more: Any) -> Response:
    body = {"responseCode": code, "responseMessage": message} | more
    return Response(json.dumps(body), mimetype="application/json")
