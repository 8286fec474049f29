"""How operations are added and described; the only place that speaks to flask-smorest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask
import orjson
from flask import Flask
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]
from marshmallow import Schema
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import HTTPException, UnprocessableEntity
from werkzeug.wrappers import Response

from hub import __version__
from hub.values.words import Words
from hub.web.rest.once import HEADER
from hub.web.rest.problem import MEDIA_TYPE, SENTENCES, Refusal, answer, faults_of, wrong_fields
from hub.web.rest.schemas import ProblemSchema

PREFIX = "/api/v1"

_REFUSALS = {
    400: "The request cannot be read.",
    401: "There is no valid API key.",
    403: "The key may not do this, or not from here.",
    404: "There is no such thing.",
    415: "The body is no JSON by its Content-Type.",
    413: "The body is too large.",
    422: "Fields are wrong; `errors` names each by JSON pointer.",
    429: "Too many calls; `Retry-After` says how long to wait.",
    503: "The store is away; try again.",
}
_STATUSES = {
    400: Words("JSONとして読めません。", "The body is no JSON. Correct it."),
    404: Words("ありません。", "There is no such thing."),
    405: Words("この方法では呼び出せません。", "This address is not called that way."),
    413: Words("データが大きすぎます。", "The body is too large. Send less."),
    415: Words("Content-Typeをapplication/jsonにしてください。", "Send it as application/json."),
}
_WRONG = Words("リクエストが正しくありません。", "The request is malformed.")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that can be asked of the API.

    `view` gets the checked body where it takes one, and the parts of the path by name.
    """

    path: str
    method: str
    summary: str
    view: Callable[..., Response]
    takes: type[Schema] | None
    gives: type[Schema]
    status: int
    refusals: Sequence[int]


def blueprint(
    name: str, tag: str, enter: Callable[[], None], operations: Sequence[Operation]
) -> Any:
    """Give the blueprint of these operations. `enter` lets a request in, or raises a Refusal."""
    pages = Blueprint(name, __name__, url_prefix=PREFIX, description=tag)
    pages.ARGUMENTS_PARSER = _Parser()
    pages.before_request(enter)
    pages.register_error_handler(Refusal, Refusal.answer)
    pages.register_error_handler(HTTPException, http_error)
    for each in operations:
        _add(pages, each)
    return pages


def describe(app: Flask, pages: Sequence[Any]) -> None:
    """Add blueprints to the application, and what describes them at `/api/v1/openapi.json`."""
    app.config.update(
        API_TITLE="SMS Connector Hub",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "security": [{"api_key": []}],
            "components": {"securitySchemes": {"api_key": {"type": "http", "scheme": "bearer"}}},
        },
    )
    api = _Described(app)
    for each in pages:
        api.register_blueprint(each)


def http_error(error: HTTPException) -> Response:
    """Give what Flask or the parser refused as a problem."""
    messages = getattr(error, "data", {}).get("messages")
    if isinstance(error, UnprocessableEntity) and isinstance(messages, Mapping):
        return wrong_fields(list(faults_of(messages.get("json", {})))).answer()
    status = error.code or 500
    code = "json" if status == 400 else ""
    return answer(status, _STATUSES.get(status, SENTENCES["json"] if code else _WRONG), code=code)


def _add(pages: Any, operation: Operation) -> None:
    view: Any = operation.view
    view = pages.doc(summary=operation.summary)(view)
    view = pages.response(operation.status, operation.gives)(view)
    for status in operation.refusals:
        view = pages.alt_response(
            status, schema=ProblemSchema, description=_REFUSALS[status], content_type=MEDIA_TYPE
        )(view)
    if operation.takes is not None:
        # A list would be checked field by field and stored item by item; there is one thing a call.
        view = pages.arguments(operation.takes, error_status_code=422)(view)
        view = pages.doc(parameters=[_KEY])(view)
    pages.route(operation.path, methods=[operation.method])(view)


_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and body again within a day: done once, answered the same.",
}


class _Described(Api):  # type: ignore[misc]
    """flask-smorest without its error handler, which would answer for the pages too."""

    def _register_error_handlers(self) -> None:
        pass


class _Parser(FlaskParser):
    """Reads bodies with orjson, which refuses deep nesting, NaN and halves of characters."""

    def _raw_load_json(self, req: flask.Request) -> Any:
        if not is_json_request(req):
            flask.abort(415)
        body = req.get_data(cache=True)
        try:
            return orjson.loads(body) if body else core.missing
        except orjson.JSONDecodeError:
            flask.abort(400)
