"""Comments on records."""

from typing import Any

from connectors.kintone.sandbox.asked import Asked, Event
from connectors.kintone.sandbox.domain import App, Comment
from connectors.kintone.sandbox.errors import (
    REQUIRED,
    TOO_LONG,
    WRONG_FORMAT,
    KintoneError,
    invalid,
)

_LONGEST = 65_535
_MOST_MENTIONS = 10
_PAGE = 10


def add_comment(asked: Asked) -> dict[str, Any]:
    """POST record/comment.json."""
    app, record = _record(asked)
    given = asked.params.get("comment")
    if not isinstance(given, dict):
        raise invalid("comment", REQUIRED)
    text, mentions = given.get("text") or "", given.get("mentions") or []
    if not text and not mentions:
        raise invalid("comment.text", REQUIRED)
    if not isinstance(text, str) or not isinstance(mentions, list):
        raise invalid("comment.text", WRONG_FORMAT)
    if len(text) > _LONGEST:
        raise invalid("comment.text", TOO_LONG)
    if len(mentions) > _MOST_MENTIONS:
        raise invalid("comment.mentions", TOO_LONG)
    app.comment_ids[record] += 1
    comment = Comment(
        id=app.comment_ids[record],
        text=f"{text} ",  # kintone adds the space
        created=asked.domain.clock(),
        creator=asked.caller.user,
        mentions=mentions,
    )
    app.comments.setdefault(record, []).append(comment)
    body = {"recordId": str(record), "recordTitle": str(record), "comment": _shown(comment)}
    asked.events.append(Event(app=app.id, type="ADD_RECORD_COMMENT", record_id=record, body=body))
    return {"id": str(comment.id)}


def delete_comment(asked: Asked) -> dict[str, Any]:
    """DELETE record/comment.json."""
    app, record = _record(asked)
    number = asked.number("comment")
    comments = app.comments.get(record, [])
    found = next((each for each in comments if each.id == number), None)
    if found is None:
        raise KintoneError("GAIA_RE02", about={"id": str(number)})
    comments.remove(found)
    return {}


def list_comments(asked: Asked) -> dict[str, Any]:
    """GET record/comments.json: the newest first unless the call says `asc`."""
    app, record = _record(asked)
    order = asked.text("order") or "desc"
    if order not in ("asc", "desc"):
        raise invalid("order", WRONG_FORMAT)
    offset = asked.optional_number("offset") or 0
    limit = asked.optional_number("limit")
    limit = _PAGE if limit is None else limit
    if not 0 <= limit <= _PAGE:
        raise invalid("limit", ("Enter 0 to 10.", "0から10の値を指定してください。"))
    comments = app.comments.get(record, [])
    ordered = comments if order == "asc" else comments[::-1]
    page = ordered[offset : offset + limit]
    before, after = min(offset, len(ordered)) > 0, offset + limit < len(ordered)
    older, newer = (before, after) if order == "asc" else (after, before)
    return {"comments": [_shown(each) for each in page], "older": older, "newer": newer}


def _record(asked: Asked) -> tuple[App, int]:
    app = asked.app("view")
    record = app.records.get(asked.number("record")).id
    if not app.comments_on:
        raise KintoneError("GAIA_RE12")
    return app, record


def _shown(comment: Comment) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "text": comment.text,
        "createdAt": comment.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creator": comment.creator,
        "mentions": comment.mentions,
    }
