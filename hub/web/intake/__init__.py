"""Where platforms and gateways call: `/in/<connection>/` and whatever they add to it."""

from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Request, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from hub.errors import ConfigError
from hub.events import intake
from hub.factory import Hub
from hub.store.database import StoreUnavailable
from hub.values.event import Inbound

_AS_WRITTEN = "/:@!$&'()*+,;=~"
LIMIT = 256 * 1024
"""The longest body that is read, in bytes. kintone's and Zendesk's webhooks stay far below."""


def blueprint(hub: Hub) -> Blueprint:
    """Give the blueprint.

    It answers in JSON unless the plugin has an answer of its own. A refusal never says what was
    wrong with the call. The end of the address can be a secret: whoever logs requests must leave
    it out.
    """
    pages = Blueprint("intake", __name__)

    @pages.route("/in/<connection>", defaults={"tail": ""}, methods=["GET", "POST", "PUT"])
    @pages.route("/in/<connection>/", defaults={"tail": ""}, methods=["GET", "POST", "PUT"])
    @pages.route("/in/<connection>/<path:tail>", methods=["GET", "POST", "PUT"])
    def take(connection: str, tail: str) -> Response:
        try:
            return _take(hub, request, connection, tail)
        except StoreUnavailable:
            # Nothing was stored, so the platform has to repeat it.
            return _refused(intake.NOT_NOW)

    return pages


def _take(hub: Hub, call: Request, connection: str, tail: str) -> Response:
    try:
        row = hub.connections.row(connection)
    except ConfigError:
        return _refused(404)
    now = hub.clock()
    call.max_content_length = LIMIT
    try:
        body = call.get_data()
    except RequestEntityTooLarge:
        intake.refuse(hub.database, row, "too_large", now)
        return _refused(413)
    result = intake.take(
        hub.database,
        hub.cipher,
        hub.connections,
        hub.bells,
        hub.clock,
        row,
        _inbound(call, hub.config.public_url, connection, tail, body, now),
        hub.listening,
    )
    if result.status >= 300:
        return _refused(result.status)
    answer = result.acknowledgement
    if answer is None:
        return jsonify(status="ok")
    return Response(answer.body, content_type=answer.content_type)


def _refused(status: int) -> Response:
    response: Response = jsonify(error="not accepted")
    response.status_code = status
    if status == intake.NOT_NOW:
        response.headers["Retry-After"] = "60"
    return response


def _inbound(
    call: Request, public_url: str, connection: str, tail: str, body: bytes, now: datetime
) -> Inbound:
    query = dict(call.args.items())
    url = f"{public_url}/in/{quote(connection)}/{quote(tail, safe=_AS_WRITTEN)}"
    if call.query_string:
        url += f"?{call.query_string.decode('latin-1')}"
    return Inbound(
        method=call.method,
        tail=tail,
        url=url,
        query=query,
        headers={name.lower(): value for name, value in call.headers.items()},
        body=body,
        received_at=now,
        address=call.remote_addr,
    )
