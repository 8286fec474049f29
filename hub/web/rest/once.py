"""`Idempotency-Key`: the same request again is done once and answered the same.

Work and answer are stored in one transaction, so a caller whose connection broke can always ask
again. A key counts for a day, for one API key; with another body it is refused.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import orjson
from flask import request
from werkzeug.wrappers import Response

from hub.factory import Hub
from hub.store import api_answers
from hub.store.database import Tx
from hub.values.words import Words
from hub.web.rest.door import caller
from hub.web.rest.problem import Refusal

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
_LONGEST = 255


def once(hub: Hub, status: int, work: Callable[[Tx], dict[str, object]]) -> Response:
    """Do the work in a transaction and give its answer; an earlier one where there is one.

    Raises Refusal where the key was used for another body.
    """
    key = request.headers.get(HEADER)
    with hub.database.write() as tx:
        earlier = None if key is None else _earlier(hub, tx, key)
        if earlier is not None:
            return _json(*earlier)
        text = orjson.dumps(work(tx)).decode()
        if key is not None:
            api_answers.finish(tx, caller().id, _hash(key), status, text)
    return _json(status, text)


def _earlier(hub: Hub, tx: Tx, key: str) -> tuple[int, str] | None:
    if not (1 <= len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        words = Words(
            "Idempotency-Keyは1〜255文字の印字できるASCII文字にしてください。",
            "Write an Idempotency-Key of 1 to 255 printable ASCII characters.",
        )
        raise Refusal(400, "idempotency_key", words)
    now = hub.clock()
    body = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data())
    named = f"api-body:{body.hexdigest()}"
    asked = hub.cipher.fingerprint(named)
    found = api_answers.begin(tx, caller().id, _hash(key), asked, now)
    if found is not None and now - found.created_at >= KEPT:
        api_answers.drop(tx, caller().id, _hash(key))
        found = api_answers.begin(tx, caller().id, _hash(key), asked, now)
    if found is None:
        return None
    if not hub.cipher.knows(found.body_hash, named):
        words = Words(
            "このIdempotency-Keyは別の内容で使われています。新しいキーを使ってください。",
            "This Idempotency-Key was used for another request. Use a new one.",
        )
        raise Refusal(422, "idempotency_key", words)
    return found.status, found.answer


def _json(status: int, text: str) -> Response:
    return Response(text, status=status, mimetype="application/json")


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
