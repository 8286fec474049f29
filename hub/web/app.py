"""Making the Flask application: blueprints, headers, errors in the reader's language."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as WsgiResponse

from hub.errors import HubError
from hub.factory import Hub
from hub.store.database import StoreUnavailable
from hub.values.words import Words
from hub.web import console, health, intake, public, rest
from hub.web.language import reader_language
from hub.web.public import form

_log = logging.getLogger(__name__)

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def create_app(hub: Hub) -> Flask:
    """Give the application for one hub. Stateless: any number may run behind a load balancer."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    # Short links and the console may live on different hosts: links are made from configuration.
    app.config["SERVER_NAME"] = None
    app.register_blueprint(public.blueprint(hub))
    app.register_blueprint(form.blueprint(hub))
    app.register_blueprint(intake.blueprint(hub))
    app.register_blueprint(health.blueprint(hub))
    app.register_blueprint(console.blueprint(hub))
    rest.register(app, hub)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreUnavailable, _store_error)
    app.register_error_handler(HubError, _hub_error)
    app.register_error_handler(Exception, _bug)
    hops = hub.config.proxy_hops
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )
    return app


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]:
        # For browsers that know no content policy; they would refuse a form's own frames too.
        response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _plain(status: int, sentence: str, retry_after: int | None = None) -> WsgiResponse:
    response: WsgiResponse
    if request.path.startswith(f"{rest.PREFIX}/"):
        response = rest.problem(status, Words(sentence, sentence))
    else:
        response = Response(sentence + "\n", status=status, mimetype="text/plain")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


_SENTENCES = {
    400: ("リクエストの形が正しくありません。", "The request is malformed."),
    403: ("この操作はできません。", "You cannot do this."),
    404: ("ページがありません。", "There is no such page."),
    405: ("この方法では呼び出せません。", "This address is not called that way."),
    413: ("データが大きすぎます。", "The request is too large."),
}


def _http_error(error: HTTPException) -> WsgiResponse:
    status = error.code or 500
    ja, en = _SENTENCES.get(status, ("エラーが発生しました。", "Something went wrong."))
    response = _plain(status, ja if reader_language(request) == "ja" else en)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _store_error(error: StoreUnavailable) -> WsgiResponse:
    return _plain(503, error.words.in_(reader_language(request)), retry_after=30)


def _hub_error(error: HubError) -> WsgiResponse:
    return _plain(409, error.words.in_(reader_language(request)))


def _bug(error: Exception) -> WsgiResponse:
    # The exception's text may hold what somebody typed: only its type and place are logged.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    _log.error("%s at %s while answering %s", type(error).__name__, where, request.endpoint)
    return _plain(
        500,
        "エラーが発生しました。時間をおいて、もう一度お試しください。"
        if reader_language(request) == "ja"
        else "Something went wrong. Please try again in a while.",
    )
