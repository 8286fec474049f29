"""KARADEN's API, by its public description of 2024-03-01.

| call | answer |
|---|---|
| `POST /api/{tenant}/messages` | form; the message as JSON |
| `GET /api/{tenant}/messages` | `{"object": "list", "has_more": …, "data": […]}` |
| `GET /api/{tenant}/messages/{id}` | the message |
| `POST /api/{tenant}/messages/{id}/cancel` | the message, if it still waits |
"""

import hmac
import json
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Flask, Request, request
from werkzeug.wrappers import Response

from .courier import Post
from .message import Fate, Message
from .server import ACCOUNT, SERVICE, TOKEN, VendorSandbox

if TYPE_CHECKING:
    from datetime import datetime

    from _typeshed.wsgi import WSGIApplication

VERSION = "2024-03-01"
LONGEST = 660
_JAPAN = ZoneInfo("Asia/Tokyo")
_NUMBER = re.compile(r"0[26789]0[1-9][0-9]{7}")
_PAGE = 20
_STANDS: dict[Fate, tuple[str, str, str]] = {
    Fate.WAITING: ("processing", "waiting", "none"),
    Fate.SENDING: ("processing", "done", "none"),
    Fate.ARRIVED: ("done", "done", "received"),
    Fate.AWAY: ("done", "done", "unconnected"),
    Fate.FAILED: ("done", "done", "error"),
    Fate.CANCELED: ("done", "canceled", "none"),
}


class KaradenSandbox(VendorSandbox):
    """KARADEN's double: one tenant with one service."""

    name = "karaden"
    vendor = "karaden"

    def application(self) -> "WSGIApplication":
        """KARADEN's API."""
        app = Flask(__name__, static_folder=None)

        @app.before_request
        def let_in() -> Response | None:
            return _turned_away(request)

        @app.post("/api/<tenant>/messages")
        def create(tenant: str) -> Response:
            return self._create()

        @app.get("/api/<tenant>/messages")
        def listed(tenant: str) -> Response:
            return self._listed()

        @app.get("/api/<tenant>/messages/<id_>")
        def detail(tenant: str, id_: str) -> Response:
            message = self.memory.get(id_)
            return _json(shown(message)) if message else _error(404, "model_not_found")

        @app.post("/api/<tenant>/messages/<id_>/cancel")
        def cancel(tenant: str, id_: str) -> Response:
            message = self.memory.get(id_)
            if message is None:
                return _error(404, "model_not_found")
            if message.fate is not Fate.WAITING:
                return _error(400, "can_not_cancel_message")
            return _json(shown(self.memory.become(id_, Fate.CANCELED, self.clock())))

        self.courier.start()
        return app

    def post_about(self, message: Message) -> Post:
        """Give the whole message as JSON."""
        return Post(body=json.dumps(shown(message)).encode(), kind="application/json")

    def throttled(self, retry_after: float | None) -> Response:
        """The answer to a caller that is too fast."""
        response = _error(429, "too_many_requests")
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def _create(self) -> Response:
        told = request.form
        if wrong := _wrong(told.to_dict()):
            return _error(422, "validation_error", wrong)
        message = self.take(
            told["to"], told["body"], tuple(told.getlist("tags[]")), until=told.get("limited_at")
        )
        # `once` is not asked for, so there is always a message.
        return _json(shown(message)) if message else _error(400, "bad_request")

    def _listed(self) -> Response:
        page, size = int(request.args.get("page", 1)), int(request.args.get("per_page", _PAGE))
        to = request.args.get("to")
        every = [
            message
            for message in self.memory.tagged(request.args.get("tag"))
            if to is None or message.number == to
        ]
        here = every[(page - 1) * size : page * size]
        more = len(every) > page * size
        return _json({"object": "list", "has_more": more, "data": [shown(one) for one in here]})


def shown(message: Message) -> dict[str, Any]:
    """Give a message as KARADEN shows and posts it."""
    result, status, sent_result = _STANDS[message.fate]
    sent = message.fate not in (Fate.WAITING, Fate.CANCELED)
    return {
        "id": message.id,
        "object": "message",
        "service_id": int(SERVICE),
        "billing_address_id": 1,
        "to": message.number,
        "body": message.text,
        "tags": list(message.tags),
        "is_shorten": False,
        "is_shorten_clicked": None,
        "result": result,
        "status": status,
        "sent_result": sent_result,
        "carrier": "docomo" if sent else "none",
        "charged_count_per_sent": message.units,
        "scheduled_at": None,
        "limited_at": message.until,
        "sent_at": _time(message.changed) if sent else None,
        "received_at": _time(message.changed) if message.fate is Fate.ARRIVED else None,
        "charged_at": None,
        "created_at": _time(message.at),
        "updated_at": _time(message.changed),
    }


def _turned_away(asked: Request) -> Response | None:
    given = asked.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not hmac.compare_digest(given, TOKEN.encode()):
        return _error(401, "unauthentication")
    if asked.headers.get("Karaden-Version") != VERSION:
        return _error(400, "invalid_version")
    if (asked.view_args or {}).get("tenant") != ACCOUNT:
        return _error(404, "invalid_tenant")
    return None


def _wrong(told: dict[str, str]) -> dict[str, list[str]]:
    wrong = {}
    if told.get("service_id") != SERVICE:
        wrong["service_id"] = ["service_idが正しくありません。"]
    if not _NUMBER.fullmatch(told.get("to", "")):
        wrong["to"] = ["toは11桁の携帯電話番号を入力してください。"]
    if not 1 <= len(told.get("body", "")) <= LONGEST:
        wrong["body"] = ["bodyは660文字以内で入力してください。"]
    return wrong


def _time(moment: "datetime") -> str:
    return moment.astimezone(_JAPAN).isoformat(timespec="seconds")


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def _error(status: int, code: str, errors: dict[str, list[str]] | None = None) -> Response:
    body: dict[str, Any] = {"object": "error", "code": code, "message": code}
    return _json(body | ({"errors": errors} if errors else {}), status)
