"""Comments on records, each left once however often it is tried.

kintone has no idempotency key. So each comment ends with a short mark of what it is about, and
before one is written the record's comments since then are searched for its mark.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from .client import KintoneClient
from .refusals import Refusal

_MARK = re.compile(r"#[0-9a-f]{8}\s*")
_PAGE = 10
_MOST_PAGES = 20
# kintone's clock and ours may differ, and its times are cut to the minute.
_SLACK = timedelta(minutes=10)


def mark_of(id_: str) -> str:
    """Give the mark of an opt-out or a note: short, and the same at every try."""
    return "#" + hashlib.sha256(id_.encode()).hexdigest()[:8]


def ends_with_mark(text: str) -> bool:
    """Say whether a comment is one that the hub left."""
    return _MARK.fullmatch(text[text.rfind("#") :]) is not None if "#" in text else False


class Comments:
    """Leaves comments on the records of one app."""

    def __init__(self, client: KintoneClient) -> None:
        self._client = client

    def leave(self, record_id: str, text: str, *, id_: str, since: datetime) -> Refusal | None:
        """Write the comment unless it is there already; give the refusal if kintone refuses.

        `since` (UTC) is when the thing it tells of happened: no older comment can be about it.
        """
        mark = mark_of(id_)
        there = self._is_there(record_id, mark, since)
        if isinstance(there, Refusal):
            return there
        return None if there else self._client.comment(record_id, f"{text} {mark}")

    def _is_there(self, record_id: str, mark: str, since: datetime) -> bool | Refusal:
        for page in range(_MOST_PAGES):
            comments = self._client.comments(record_id, page * _PAGE)
            if isinstance(comments, Refusal):
                return comments
            # kintone puts a space behind the text it was given.
            if any(str(entry.get("text", "")).rstrip().endswith(mark) for entry in comments):
                return True
            if len(comments) < _PAGE or _older(comments[-1].get("createdAt"), since - _SLACK):
                return False
        return False


def _older(created: object, than: datetime) -> bool:
    try:
        when = datetime.fromisoformat(str(created))
    except ValueError:
        return False
    return when.tzinfo is not None and when.astimezone(UTC) < than
