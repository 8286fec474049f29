"""Templates: a text with `{{name}}` where a recipient's own values go.

`{{link:https://…}}` stands for a short address of the hub's that leads there and is counted. There
are fields and nothing else: no expressions, no conditions, no filters. A value is put in as
it is, even where it holds braces itself, so that nothing typed into a CRM ever acts.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from hub.errors import ConfigError

LONGEST = 2000
"""Characters of a template; the longest SMS any gateway takes is shorter."""

OPT_OUT_URL = "opt_out_url"
SENDER_NAME = "sender_name"
SENDER_PAGE = "sender_page"
NAME = "name"
OURS = frozenset({OPT_OUT_URL, SENDER_NAME, SENDER_PAGE, NAME})
"""Fields every template may use: the opt-out link, the sender's official name, the address of the
page that says who the sender is, the person's name. All others are the attributes a connection's
mapping gives."""

_FIELD = re.compile(
    r"\{\{[ \t]*(?:([^\W\d]\w{0,59})|link:(https://[^\s{}\\@/?#]+(?:[/?#][^\s{}\\]*)?))[ \t]*\}\}"
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A place in a template where a value goes."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Link(Field):
    """A place where a short address of the hub's goes, which leads to `url` and is counted."""

    url: str

    @classmethod
    def to(cls, url: str) -> "Link":
        """Give the link that leads to an address."""
        return cls(name=f"link:{url}", url=url)


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template that was read: texts and fields in their order."""

    parts: Sequence[str | Field] = field(repr=False)

    @property
    def fields(self) -> frozenset[str]:
        """The names of all fields in it; counted links are none."""
        return frozenset(
            part.name
            for part in self.parts
            if isinstance(part, Field) and not isinstance(part, Link)
        )

    @property
    def links(self) -> tuple[Link, ...]:
        """Its counted links, in order, each once."""
        return tuple(dict.fromkeys(part for part in self.parts if isinstance(part, Link)))


def parse(body: str, known: Collection[str] | None = None) -> Template:
    """Read a template's text.

    `known` are the names of the fields it may use besides those of `OURS`; None lets any name
    pass. Raises ConfigError(`body`) for stray braces, a name that cannot be one, an unknown
    field, a control character, an empty text or one that is too long.
    """
    if not body.strip():
        raise _wrong("is empty", "が空です", "Write a text.", "本文を入力してください。")
    if len(body) > LONGEST:
        raise _wrong(
            f"is longer than {LONGEST} characters",
            f"が{LONGEST}文字を超えています",
            "Shorten it.",
            "短くしてください。",
        )
    for character in body:
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cs"):
            raise _wrong(
                f"holds a control character (U+{ord(character):04X})",
                f"に制御文字(U+{ord(character):04X})が含まれています",
                "Remove it; line breaks are fine.",
                "削除してください。改行は使えます。",
            )
    template = Template(parts=_parts(body))
    if known is not None:
        check_fields(template, known)
    return template


def check_fields(template: Template, known: Collection[str]) -> None:
    """Check that every field is one of `OURS` or of `known`. Raises ConfigError(`body`)."""
    names = sorted(OURS | set(known))
    for name in sorted(template.fields - set(names)):
        near = get_close_matches(name, names, n=1)
        raise _wrong(
            f'uses the field "{name}", which there is not',
            f"に存在しない差し込み項目「{name}」があります",
            f'Did you mean "{near[0]}"?' if near else f"Fields are: {', '.join(names)}.",
            f"「{near[0]}」の間違いではありませんか。"
            if near
            else f"使える項目: {', '.join(names)}。",
        )


def render(template: Template, values: Mapping[str, str]) -> str:
    """Put the values in. Raises KeyError for a field without a value, which is also empty."""
    text: list[str] = []
    for part in template.parts:
        if isinstance(part, Field):
            value = values.get(part.name, "")
            if not value.strip():
                raise KeyError(part.name)
            text.append(value)
        else:
            text.append(part)
    return "".join(text)


def _parts(body: str) -> list[str | Field]:
    parts: list[str | Field] = []
    end = 0
    for match in _FIELD.finditer(body):
        parts.append(_plain(body[end : match.start()]))
        parts.append(Field(name=match[1]) if match[1] else Link.to(match[2]))
        end = match.end()
    parts.append(_plain(body[end:]))
    return [part for part in parts if part != ""]


def _plain(text: str) -> str:
    # Braces mean fields and nothing else; a lone one is nearly always a field written wrongly.
    if "{" in text or "}" in text:
        raise _wrong(
            "holds a brace that belongs to no field",
            "に差し込み項目になっていない波かっこがあります",
            "Write fields as {{name}}, counted links as {{link:https://…}}, and no other braces.",
            "差し込み項目は{{name}}、計測リンクは{{link:https://…}}の形で書き、"
            "それ以外に波かっこを使わないでください。",
        )
    return text


def _wrong(what_en: str, what_ja: str, do_en: str, do_ja: str) -> ConfigError:
    return ConfigError(
        "body", f"The template {what_en}. {do_en}", f"テンプレート{what_ja}。{do_ja}"
    )
