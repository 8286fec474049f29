"""The REST API, as a gateway offers it.

| call | answer |
|---|---|
| `GET /v1/account` | `{"id", "label"}` |
| `POST /v1/messages` | 201 taken, 422 refused with `reason`, 400 malformed; a known key gets its \
first answer again, with 200 where it was taken |
| `GET /v1/messages/KEY` | the message with its last report; 404 `unknown_key` |

Each call needs `Authorization: Bearer KEY`, or gets 401. Over the limit it gets 429.
"""

import hmac
from math import ceil
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from .order import Malformed, read

if TYPE_CHECKING:
    from .server import PhoneSandbox

ACCOUNT = {"id": "phone-sandbox", "label": "Phone sandbox"}


def blueprint(sandbox: "PhoneSandbox") -> Blueprint:
    """Give the API of this sandbox."""
    api = Blueprint("api", __name__, url_prefix="/v1")

    @api.before_request
    def sign_in() -> Any:
        wanted = f"Bearer {sandbox.api_key}".encode()
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(wanted, given):
            return jsonify(error="unauthenticated"), 401
        return None

    @api.get("/account")
    def account() -> Any:
        return jsonify(ACCOUNT)

    @api.post("/messages")
    def post() -> Any:
        sandbox.pause()
        if wait := sandbox.over_limit():
            return too_many(wait)
        try:
            order = read(request.get_data())
        except Malformed as exc:
            return jsonify(error="malformed", detail=str(exc)), 400
        taken = sandbox.take(order)
        if taken.message.refusal:
            return jsonify(taken.message.answered()), 422
        return jsonify(taken.message.answered()), 201 if taken.new else 200

    @api.get("/messages/<path:key>")
    def look_up(key: str) -> Any:
        message = sandbox.find(key)
        if message is None:
            return jsonify(error="unknown_key"), 404
        return jsonify(message.looked_up())

    return api


def too_many(retry_after: float | None) -> Response:
    """Give the answer to a caller that is too fast; Retry-After is in whole seconds (RFC 9110)."""
    response = Response('{"error": "too_many_requests"}', 429, mimetype="application/json")
    if retry_after is not None:
        response.headers["Retry-After"] = str(ceil(retry_after))
    return response
