# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's API as a WSGI application: who may call, and how answers look."""

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from connectors.zendesk.sandbox.access import sign_in
from connectors.zendesk.sandbox.account import Account
from connectors.zendesk.sandbox.asked import Asked, Caller
from connectors.zendesk.sandbox.courier import Invocation
from connectors.zendesk.sandbox.errors import (
    ZendeskError,
    bad_request,
    forbidden,
    no_endpoint,
    not_signed_in,
)
from connectors.zendesk.sandbox.oauth import allows
from connectors.zendesk.sandbox.routes import PREFIX, Handler, rules

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

A_MINUTE = 700
WEBHOOKS_A_MINUTE = 100
_TOKENS = "/oauth/tokens"
_OPEN = ("users/me",)


class Api:
    """The calls of one account. Events of calls that succeeded go to its webhooks."""

    def __init__(self, account: Account, a_minute: int = A_MINUTE) -> None:
        self._account = account
        self._a_minute = a_minute
        self._map = Map(rules(account), strict_slashes=False, merge_slashes=False)

    def application(self) -> "WSGIApplication":
        """The WSGI application."""

        @Request.application
        def answer(request: Request) -> Response:
            response = self._answer(request)
            response.headers["x-request-id"] = str(uuid4())
            response.headers["x-zendesk-api-version"] = "v2"
            return response

        return answer

    def run(self, asked: Asked, handler: Handler, **values: Any) -> dict[str, Any] | None:
        """Do one call, then tell the webhooks."""
        account = self._account
        with account.lock:
            try:
                result = handler(asked, **values)
            except ZendeskError:
                account.events.clear()
                raise
            self._tell()
        return result

    def _tell(self) -> None:
        account = self._account
        while account.events:
            account.webhooks.tell(account.events.popleft(), account.now())

    def _answer(self, request: Request) -> Response:
        path = request.path.removesuffix(".json")
        headers: dict[str, str] = {}
        try:
            with self._account.lock:
                self._account.jobs.due(self._account.clock())
                self._tell()
            if path == _TOKENS and request.method == "POST":
                granted = self._account.oauth.grant(_body(request), self._account.clock())
                return _json(granted, 201)
            if not path.startswith(PREFIX):
                raise no_endpoint()
            return self._called(request, path.removeprefix(PREFIX), headers)
        except ZendeskError as exc:
            return refusal(exc, headers)

    def _called(self, request: Request, path: str, headers: dict[str, str]) -> Response:
        account = self._account
        with account.lock:
            caller, token = sign_in(account, request.headers.get("Authorization", ""))
            headers |= self._spent(path)
        handler, values = self._found(request.method, path)
        asked = Asked(
            account=account,
            caller=caller,
            base=f"{request.scheme}://{request.host}",
            path=path,
            method=request.method,
            args=request.args,
            body=_body(request),
            sent={key.lower(): value for key, value in request.headers.items()},
        )
        _admit(caller, request.method, path)
        if path == "oauth/tokens/current":
            result: dict[str, Any] | None = account.oauth.current(asked, token)
        else:
            result = self.run(asked, handler, **values)
        headers |= asked.headers
        if asked.warnings:
            names = ", ".join(sorted(asked.warnings))
            headers["x-zendesk-api-warn"] = f"Removed restricted keys [{names}]"
        invocation = (result or {}).get("invocation")
        if isinstance(invocation, Invocation):
            result = self._tested(invocation)
        response = _json(result, asked.status) if result is not None else Response(b"", 204)
        if path.startswith("webhooks"):
            response.headers["Content-Type"] = "application/json"
        response.headers.update(headers)
        return response

    def _tested(self, invocation: Invocation) -> dict[str, Any]:
        # The answer of a test call is waited for, outside the lock: its receiver may call us.
        self._account.webhooks.courier.wait_for(invocation)
        last = invocation.attempts[-1] if invocation.attempts else {}
        return {
            "response": {
                "headers": [],
                "status_code": invocation.status_code or 0,
                "payload": last.get("response", {}).get("payload", ""),
            }
        }

    def _spent(self, path: str) -> dict[str, str]:
        rates, now = self._account.rates, self._account.clock()
        if path.startswith("webhooks"):
            left = rates.spend("webhooks", WEBHOOKS_A_MINUTE, 60, now)
            return {
                "x-rate-limit": str(left.total),
                "x-rate-limit-remaining": str(left.remaining),
            }
        left = rates.spend("account", self._a_minute, 60, now)
        return {
            "x-rate-limit": str(left.total),
            "x-rate-limit-remaining": str(left.remaining),
            "ratelimit-limit": str(left.total),
            "ratelimit-remaining": str(left.remaining),
            "ratelimit-reset": str(left.resets),
        }

    def _found(self, method: str, path: str) -> tuple[Handler, dict[str, Any]]:
        try:
            handler, values = self._map.bind("").match(PREFIX + path, method)
        except HTTPException as exc:
            raise no_endpoint() from exc
        return handler, dict(values)


def refusal(error: ZendeskError, headers: dict[str, str] | None = None) -> Response:
    """The answer to a call that is refused."""
    if isinstance(error.body, str):
        response = Response(error.body, error.status, mimetype="text/plain")
    else:
        response = _json(error.body, error.status)
    response.headers.update({**(headers or {}), **error.headers})
    return response


def _admit(caller: Caller, method: str, path: str) -> None:
    if path in _OPEN:
        return
    if not caller.user["id"]:
        raise not_signed_in()
    if caller.user["role"] == "end-user" or not allows(caller.scopes, method, path):
        raise forbidden()


def _body(request: Request) -> dict[str, Any]:
    data = request.get_data()
    if not data:
        return {}
    if request.mimetype == "application/x-www-form-urlencoded":
        return dict(request.form)
    try:
        body = orjson.loads(data)
    except ValueError as exc:
        raise bad_request("Unprocessable", "The body is not JSON") from exc
    if not isinstance(body, dict):
        raise bad_request("Unprocessable", "The body is not a JSON object")
    return body


def _json(answer: object, status: int = 200) -> Response:
    data = orjson.dumps(answer)
    response = Response(data, status, content_type="application/json; charset=utf-8")
    response.headers["ETag"] = f'W/"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
    return response
