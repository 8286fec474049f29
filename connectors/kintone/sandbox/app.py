"""kintone's REST API as a WSGI application: which call goes where, and how answers look."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.wrappers import Request, Response

from connectors.kintone.sandbox.access import passes_basic, sign_in
from connectors.kintone.sandbox.asked import Asked, Event, method_of, params_of
from connectors.kintone.sandbox.bulk import PATH, BulkError, bulk_request
from connectors.kintone.sandbox.comments import add_comment, delete_comment, list_comments
from connectors.kintone.sandbox.cursors import Cursors
from connectors.kintone.sandbox.domain import Domain
from connectors.kintone.sandbox.errors import KINDS, KintoneError
from connectors.kintone.sandbox.reading import get_record, get_records
from connectors.kintone.sandbox.writing import (
    add_record,
    add_records,
    change_record,
    change_records,
    delete_records,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOST_AT_ONCE = 100

Handler = Callable[[Asked], dict[str, Any]]


def get_app(asked: Asked) -> dict[str, Any]:
    """GET app.json."""
    return asked.app("view", "add", "edit", "delete", "manage", name="id").about()


def get_apps(asked: Asked) -> dict[str, Any]:
    """GET apps.json: the apps this caller sees on this path."""
    offset = asked.optional_number("offset") or 0
    limit = asked.optional_number("limit") or 100
    seen = [
        app.about()
        for app in asked.domain.apps.values()
        if app.guest_space == asked.guest_space and asked.caller.sees(app)
    ]
    return {"apps": seen[offset : offset + limit]}


def get_fields(asked: Asked) -> dict[str, Any]:
    """GET app/form/fields.json."""
    return asked.app("view", "add").form.properties()


def get_layout(asked: Asked) -> dict[str, Any]:
    """GET app/form/layout.json."""
    return asked.app("view", "add").form.layout()


class Api:
    """The calls of one domain. `tell` gets the events of calls that succeeded.

    `running` gives how many calls are being answered now, this one included.
    """

    def __init__(
        self,
        domain: Domain,
        limits: bool,
        running: Callable[[], int],
        tell: Callable[[list[Event]], None],
    ) -> None:
        self._domain = domain
        self._limits = limits
        self._running = running
        self._tell = tell
        cursors = Cursors(limits)
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "record"): get_record,
            ("POST", "record"): add_record,
            ("PUT", "record"): change_record,
            ("GET", "records"): get_records,
            ("POST", "records"): add_records,
            ("PUT", "records"): change_records,
            ("DELETE", "records"): delete_records,
            ("POST", "records/cursor"): cursors.create,
            ("GET", "records/cursor"): cursors.read,
            ("DELETE", "records/cursor"): cursors.close,
            ("POST", "bulkRequest"): bulk_request,
            ("POST", "record/comment"): add_comment,
            ("DELETE", "record/comment"): delete_comment,
            ("GET", "record/comments"): list_comments,
            ("GET", "app"): get_app,
            ("GET", "apps"): get_apps,
            ("GET", "app/form/fields"): get_fields,
            ("GET", "app/form/layout"): get_layout,
        }

    def application(self) -> "WSGIApplication":
        """The WSGI application."""

        @Request.application
        def answer(request: Request) -> Response:
            response = self._answer(request)
            response.headers["X-ConcurrencyLimit-Limit"] = str(MOST_AT_ONCE)
            running = response.headers.get("X-ConcurrencyLimit-Running", str(self._running()))
            response.headers["X-ConcurrencyLimit-Running"] = running
            return response

        return answer

    def _answer(self, request: Request) -> Response:
        found = PATH.match(request.path)
        handler = self._handlers.get((method_of(request), found["api"])) if found else None
        if not passes_basic(request.headers, self._domain):
            return Response("Unauthorized", 401, {"WWW-Authenticate": 'Basic realm="kintone"'})
        if not found or handler is None:
            return Response("Not Found", 404, mimetype="text/html")
        language = language_of(request)
        try:
            space = int(found["space"]) if found["space"] else None
            return _json(self._run(handler, request, space))
        except KintoneError as exc:
            return refusal(exc, language)
        except BulkError as exc:
            return _json({"results": exc.results(language)}, exc.cause.status)

    def _run(self, handler: Handler, request: Request, space: int | None) -> dict[str, Any]:
        if self._limits and self._running() > MOST_AT_ONCE:
            raise KintoneError("GAIA_TO04")
        caller = sign_in(request.headers, self._domain)
        if self._domain.refusals:
            raise KintoneError(self._domain.refusals.popleft())
        asked = Asked(
            domain=self._domain, caller=caller, params=params_of(request), guest_space=space
        )
        return self.run(handler, asked)

    def run(self, handler: Handler, asked: Asked) -> dict[str, Any]:
        """Do one call whole or not at all, then tell the webhooks."""
        with self._domain.transaction():
            result = handler(asked)
        if asked.events:
            self._tell(asked.events)
        return result


def language_of(request: Request) -> str:
    """Japanese unless the caller asks for something else first, as in a Japanese tenant."""
    wanted = request.accept_languages.best_match(["ja", "en"], default="ja")
    return wanted or "ja"


def refusal(error: KintoneError, language: str) -> Response:
    """The answer to a call that is refused."""
    response = _json(error.body(language), KINDS[error.code].status)
    if error.code == "GAIA_TO04":
        response.headers["X-ConcurrencyLimit-Running"] = str(MOST_AT_ONCE + 1)
    response.headers["X-Cybozu-Error"] = error.code
    return response


def _json(answer: object, status: int = 200) -> Response:
    return Response(orjson.dumps(answer), status, content_type="application/json;charset=utf-8")
