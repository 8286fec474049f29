"""The console's API, as far as it is public.

| call | answer |
|---|---|
| `POST /api/` | JSON or form; `{"result": "200"}` to JSON, a bare `200` to a form |
| `GET /api5/?smsid=…` | two lines, `200` and the result's number; `{"result": "514"}` if unknown |

HTTP Basic, or `username` and `password` among the parameters. The status is 200 but for a refused
sign-in (401) and too many requests a second (503); the code in the body tells.
"""

import hmac
from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug.wrappers import Response

from .order import BadJson, Order, read, refusal

if TYPE_CHECKING:
    from .server import MediaSandbox

_STATUS = {"401": 401, "503": 503}


def blueprint(sandbox: "MediaSandbox") -> Blueprint:
    """Give the API of this sandbox."""
    api = Blueprint("api", __name__)

    @api.post("/api/")
    def send() -> Response:
        try:
            order = read(request)
        except BadJson:
            return answer("615")
        code = _turned_away(sandbox, order.username, order.password) or _send(sandbox, order)
        sandbox.memory.log(order.smsid, code)
        return answer(code, bare=not request.is_json)

    @api.get("/api5/")
    def result() -> Response:
        asked = request.args
        code = _turned_away(sandbox, asked.get("username", ""), asked.get("password", ""))
        if code:
            return answer(code)
        message = sandbox.memory.find(asked.get("smsid", ""))
        if message is None:
            return answer("514")
        return Response(f"200\n{message.result}\n", mimetype="text/plain")

    return api


def answer(code: str, *, bare: bool = False, retry_after: float | None = None) -> Response:
    """Give an answer with this code."""
    body, kind = (code, "text/plain") if bare else (f'{{"result": "{code}"}}', "application/json")
    response = Response(body, _STATUS.get(code, 200), mimetype=kind)
    if code == "401":
        response.headers["WWW-Authenticate"] = 'Basic realm="SMS-CONSOLE"'
    if retry_after is not None:
        response.headers["Retry-After"] = f"{retry_after:g}"
    return response


def _turned_away(sandbox: "MediaSandbox", username: str, password: str) -> str | None:
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        username, password = basic.username or "", basic.password or ""
    given = f"{username}:{password}".encode()
    wanted = f"{sandbox.username}:{sandbox.password}".encode()
    right = hmac.compare_digest(given, wanted)
    return sandbox.doorman.code(request.remote_addr or "", right=right)


def _send(sandbox: "MediaSandbox", order: Order) -> str:
    if not sandbox.open_now():
        return "592"
    code = refusal(order, long_text=sandbox.long_text, two_way=sandbox.two_way)
    return code or ("200" if sandbox.take(order) else "587")
