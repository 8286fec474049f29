"""The REST API as far as the hub uses it (twilio.com/docs/usage/api, messaging/api).

| call | answer |
|---|---|
| `GET /2010-04-01/Accounts/AC….json` | the account; only for the auth token |
| `POST …/Messages.json` | 201 with the message, 400 with `code` |
| `GET …/Messages.json?To=&From=&PageSize=&Page=` | a page, newest first |
| `GET …/Messages/SM….json` | the message, or 404 |

Errors are `{"code", "message", "more_info", "status"}`.
"""

from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from .order import Order

if TYPE_CHECKING:
    from .server import TwilioSandbox

_WORDS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Number",
    21408: "Permission to send an SMS has not been enabled for the region of this number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' number is not a message-capable number for this destination",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' and 'From' parameters",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21705: "The Messaging Service SID is invalid.",
}


def blueprint(sandbox: "TwilioSandbox") -> Blueprint:
    """Give the API of this sandbox."""
    api = Blueprint("twilio", __name__, url_prefix="/2010-04-01")

    @api.before_request
    def sign_in() -> Response | None:
        given = request.authorization
        pair = (given.username, given.password) if given else None
        # A standard API key may do everything but read accounts (Twilio, "API keys").
        reads_account = (request.endpoint or "").endswith(".account")
        if pair not in sandbox.pairs(with_key=not reads_account):
            return error(20003, 401)
        if (request.view_args or {}).get("account_sid") != sandbox.account_sid:
            return error(20404, 404)
        return None

    @api.get("/Accounts/<account_sid>.json")
    def account(account_sid: str) -> Any:
        return jsonify(
            sid=account_sid,
            friendly_name="Sandbox account",
            status=sandbox.account_status,
            type=sandbox.account_type,
            owner_account_sid=account_sid,
        )

    @api.post("/Accounts/<account_sid>/Messages.json")
    def create(account_sid: str) -> Any:
        sandbox.pause()
        if wait := sandbox.over_limit():
            return too_many(wait)
        order = Order.read(request.form)
        code = sandbox.refusal(order)
        if code is not None:
            return error(code, 400)
        return jsonify(sandbox.take(order).resource()), 201

    @api.get("/Accounts/<account_sid>/Messages.json")
    def listing(account_sid: str) -> Any:
        return jsonify(_page(sandbox))

    @api.get("/Accounts/<account_sid>/Messages/<sid>.json")
    def fetch(account_sid: str, sid: str) -> Any:
        message = sandbox.find(sid)
        return error(20404, 404) if message is None else jsonify(message.resource())

    return api


def error(code: int, status: int) -> Response:
    """Give Twilio's answer to a call that it refuses."""
    response: Response = jsonify(
        code=code,
        message=_WORDS.get(code, "The request was not valid"),
        more_info=f"https://www.twilio.com/docs/errors/{code}",
        status=status,
    )
    response.status_code = status
    return response


def too_many(retry_after: float | None) -> Response:
    """Give the answer to a caller that is too fast; Retry-After is in whole seconds (RFC 9110)."""
    body = (
        '{"code": 20429, "message": "Too Many Requests", '
        '"more_info": "https://www.twilio.com/docs/errors/20429", "status": 429}'
    )
    response = Response(body, 429, mimetype="application/json")
    if retry_after is not None:
        response.headers["Retry-After"] = str(ceil(retry_after))
    return response


def _page(sandbox: "TwilioSandbox") -> dict[str, Any]:
    size = min(int(request.args.get("PageSize", 50)), sandbox.page_limit)
    page = int(request.args.get("Page", 0))
    wanted = {name: request.args[name] for name in ("To", "From") if name in request.args}
    listed = [
        message
        for message in sandbox.listed()
        if wanted.get("To") in (None, message.number)
        and wanted.get("From") in (None, message.sender)
    ]
    begin = page * size
    base = f"/2010-04-01/Accounts/{sandbox.account_sid}/Messages.json"

    def uri(number: int) -> str:
        return f"{base}?{urlencode(wanted | {'PageSize': size, 'Page': number})}"

    return {
        "end": max(begin, min(begin + size, len(listed)) - 1),
        "first_page_uri": uri(0),
        "messages": [message.resource() for message in listed[begin : begin + size]],
        "next_page_uri": uri(page + 1) if begin + size < len(listed) else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": uri(page - 1) if page else None,
        "start": begin,
        "uri": uri(page),
    }
