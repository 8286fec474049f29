"""What every template of the console may use: language, words, masked numbers, times."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, request

from hub.access import rights
from hub.access.rights import Act
from hub.contacts.phone import mask
from hub.factory import Hub
from hub.messages.reasons import words_for
from hub.store.message_views import MessageRow
from hub.store.people import number_context
from hub.store.person_views import PersonRow
from hub.values import labels
from hub.values.words import Language, Words
from hub.web.console import terms
from hub.web.language import reader_language

_JAPAN = ZoneInfo("Asia/Tokyo")


MOST = 2**63 - 1
"""The largest id a store can hold; larger ones in an address are of no page."""


def number_in(name: str) -> int | None:
    """Give a whole number of this request's address; None where it is none that can be an id."""
    found = request.args.get(name, None, int)
    return found if found is not None and 0 <= found <= MOST else None


def language_of(hub: Hub) -> Language:
    """Give the language of the reader of this request."""
    return reader_language(request, hub.config.language)


def for_templates(hub: Hub) -> dict[str, Any]:
    """Give the names that templates use, for the reader of this request."""
    language = language_of(hub)

    def t(ja: str, en: str) -> str:
        return ja if language == "ja" else en

    def word(table: dict[str, Words], code: str | None) -> str:
        found = table.get(code or "")
        return found.in_(language) if found else (code or "")

    def masked(row: PersonRow | MessageRow) -> str:
        if row.number_enc is None or row.lookup is None:
            return t("（番号は保持していません）", "(number not kept)")
        return mask(hub.cipher.decrypt(row.number_enc, number_context(row.lookup)))

    def when(moment: datetime | None, seconds: bool = False) -> str:
        if moment is None:
            return ""
        return moment.astimezone(_JAPAN).strftime(
            "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
        )

    def reason(code: str | None) -> str:
        return words_for(code).in_(language) if code else ""

    def scope(code: str) -> str:
        purpose = code.removeprefix("purpose:")
        if purpose == code:
            return word(labels.SCOPES, code)
        return t(f"利用目的「{purpose}」", f'Purpose "{purpose}"')

    return {
        "t": t,
        "lang": language,
        "word": word,
        "masked": masked,
        "when": when,
        "reason": reason,
        "scope": scope,
        "words": labels,
        "terms": terms,
        "session": g.get("session"),
        "administers": "session" in g and rights.may(g.session.user, Act.ADMINISTER),
        "access": rights,
    }
