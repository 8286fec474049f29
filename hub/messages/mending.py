"""Mending an advertising text: the same words with what the law wants shown added. Pure.

Only what is missing is added, where a reader expects it: the opt-out words before the link, the
sender and the link at the end. What is a matter of settings (the sender's name, address and
contact) no text can mend.
"""

from collections.abc import Collection, Mapping

from hub.messages.linter import Finding, Sender
from hub.messages.templates import OPT_OUT_URL, SENDER_NAME, Field, parse
from hub.values.words import Language

_STATEMENT: Mapping[Language, str] = {"ja": "配信停止:", "en": "Opt out: "}
_BESIDE = frozenset({"missing_optout_statement", "optout_statement_not_adjacent"})

MENDED = _BESIDE | {"missing_official_name", "missing_optout_url"}
"""The codes that a text can be mended of."""


def mend(
    text: str, problems: Collection[Finding], sender: Sender, language: Language = "ja"
) -> str:
    """Give a template's text with what these findings miss; the text itself where they miss
    nothing that a text can give.

    Where the sender's name is set, a mended text has none of `MENDED` any more. It may be longer
    than a template can be. Raises ConfigError(`body`) for a text that is no template.
    """
    codes = {each.code for each in problems}
    parts = list(parse(text).parts)
    if codes & _BESIDE and Field(name=OPT_OUT_URL) in parts:
        parts.insert(parts.index(Field(name=OPT_OUT_URL)), _STATEMENT[language])
    tail: list[str] = []
    if "missing_official_name" in codes and sender.name:
        tail.append(_written(Field(name=SENDER_NAME)))
    if "missing_optout_url" in codes:
        tail.append(_STATEMENT[language] + _written(Field(name=OPT_OUT_URL)))
    body = "".join(_written(part) for part in parts)
    return "\n".join([body.rstrip("\n"), " ".join(tail)]) if tail else body


def _written(part: str | Field) -> str:
    return f"{{{{{part.name}}}}}" if isinstance(part, Field) else part
