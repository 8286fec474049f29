"""Pieces of a page that is printed, in one language: escaped, no script, nothing loaded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from hub.consent.export_words import FIELDS
from hub.values.labels import SCOPES
from hub.values.words import Language, Words

_JAPAN = ZoneInfo("Asia/Tokyo")

CSS = """
body{margin:0 auto;max-width:60em;padding:24px 20px;color:#16202a;background:#fff;\
font:15px/1.7 "Hiragino Sans","Noto Sans JP","Noto Sans CJK JP",Meiryo,sans-serif}
h1{font-size:24px;margin:0 0 12px}
h2{font-size:19px;margin:32px 0 8px;border-bottom:2px solid #16202a}
h3{font-size:16px;margin:20px 0 6px}
section.entry{border:1px solid #b8c2cc;border-radius:6px;padding:8px 14px 12px;margin:14px 0;\
break-inside:avoid-page}
dl{margin:0;display:grid;grid-template-columns:minmax(9em,13em) 1fr;gap:2px 14px}
dt{color:#4c5a67}dd{margin:0;overflow-wrap:anywhere}
blockquote,pre{margin:2px 0;padding:6px 10px;background:#f2f5f7;border-left:3px solid #8d9aa6;\
white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
.hash{font:12px/1.5 ui-monospace,"Noto Sans Mono",monospace;overflow-wrap:anywhere;\
white-space:pre-wrap}
.ended{font-weight:600;color:#9c1c1c}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #b8c2cc;padding:3px 8px;\
text-align:left;overflow-wrap:anywhere}
@media (max-width:600px){dl{grid-template-columns:1fr}dt{margin-top:6px}}
@media print{body{max-width:none;padding:0}h2{break-after:avoid}}
"""

Row = tuple[str, str]
"""A name and its value, both as HTML."""


class Printed:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def said(self, words: Words | None) -> str:
        """Give a sentence, escaped; nothing for None."""
        return escape(words.in_(self.language)) if words else ""

    def named(self, table: Mapping[str, Words], code: str) -> str:
        """Give the words for a code, escaped; the code itself where it has none."""
        found = table.get(code)
        return self.said(found) if found else escape(code)

    def field(self, name: str) -> str:
        """Give the name of a field."""
        return self.said(FIELDS[name])

    def row(self, name: str, value: str) -> Row:
        """Give a row of a list, its value as HTML."""
        return self.field(name), value

    def when(self, moment: datetime | None) -> str:
        """Give a time as Japan's clocks show it; nothing for None."""
        if moment is None:
            return ""
        return moment.astimezone(_JAPAN).strftime("%Y-%m-%d %H:%M:%S JST")

    def scope(self, code: str) -> str:
        """Give a scope or a purpose's key in words; not escaped."""
        found = SCOPES.get(code)
        return found.in_(self.language) if found else code.removeprefix("purpose:")

    def begin(self, title: str) -> str:
        """Give the beginning of a page up to its heading; `title` as HTML."""
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'\">"
            f"<title>{title}</title><style>{CSS}</style></head>\n<body><h1>{title}</h1>"
        )


def listed(rows: Iterable[Row]) -> str:
    """Give rows as a list; those without a value are left out."""
    cells = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value.strip())
    return f"<dl>{cells}</dl>"


def exact(text: str) -> str:
    """Give a hash or another text that is compared letter by letter, escaped."""
    return f'<span class="hash">{escape(text)}</span>'


def quoted(text: str) -> str:
    """Give a text that somebody saw, escaped, with its lines."""
    return f"<blockquote>{escape(text)}</blockquote>"
