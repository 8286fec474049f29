"""What an advertising SMS must show, checked on the template before anybody gets it. Pure.

The items are those of 特定電子メール法 art. 4 with its ordinance: the official name of the sender,
an address or URL to refuse at, the statement that one can refuse directly beside it, and, in the
text or on a linked page, postal address and contact for complaints. The opt-out link leads to the
page that shows the last two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.messages.templates import OPT_OUT_URL, SENDER_NAME, Field, Template
from hub.values.words import Words

NEAR = 12
"""Characters that may stand between the statement and the link (`:`, `はこちら`, a line break)."""

# 「営業停止」 says nothing about messages, and 「配信停止できません」 says the opposite.
_STATEMENT = re.compile(
    r"(?:(?:配信|受信|送信)(?:の|を)?(?:停止|拒否|解除|中止)|配信(?:は|が)?不要"
    r"|(?<![一-龠ァ-ヶー])(?:停止|解除)(?=は|を|[:：\s\0]|\Z)"
    r"|opt[ -]?out|unsubscribe|(?<![a-z])stop(?![a-z]))"
    r"(?!(?:は|が|も|に|を)?(?:(?:でき|出来|行え|承れ|受け付け)(?:て(?:い|おり))?(?:ません|ない|ず)"
    r"|(?:でき|いたし|致し)かね))",
    re.IGNORECASE,
)

Level = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends, as the law wants it shown: official name, contact for complaints, address."""

    name: str
    contact: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with a text: its code, and a sentence with what to do.

    With an `error` the text cannot be used. A `warning` may be wrong itself: an administrator
    may confirm the text with a reason, which is kept.
    """

    code: str
    words: Words
    level: Level = "error"


WORDS: dict[str, Words] = {
    "missing_official_name": Words(
        "送信者の正式名称がありません(ブランド名・店舗名だけでは足りません)。"
        "{{sender_name}}を入れ、HUB_SENDER_NAMEに会社の正式名称を設定してください。",
        "The sender's official name is missing; a brand or a shop's name alone does not count. "
        "Put in {{sender_name}}, and set HUB_SENDER_NAME to the company's registered name.",
    ),
    "missing_optout_url": Words(
        "配信停止用のURLがありません。{{opt_out_url}}を入れてください。",
        "The opt-out link is missing. Put in {{opt_out_url}}.",
    ),
    "missing_optout_statement": Words(
        "配信停止できる旨の記載がありません。「配信停止:{{opt_out_url}}」のように書いてください。",
        "Nothing says that one can opt out. Write it as in: 配信停止:{{opt_out_url}}",
    ),
    "optout_statement_not_adjacent": Words(
        "配信停止できる旨がURLの直前または直後にありません。"
        "「配信停止:{{opt_out_url}}」のように並べてください。",
        "The words about opting out must stand directly before or after the link. "
        "Write them as in: 配信停止:{{opt_out_url}}",
    ),
    "no_sender_page": Words(
        "送信者の住所と問い合わせ窓口が未設定のため、リンク先のページに表示できません。"
        "HUB_SENDER_ADDRESSとHUB_SENDER_CONTACTを設定してください。",
        "The linked page cannot show the sender's address and contact. "
        "Set HUB_SENDER_ADDRESS and HUB_SENDER_CONTACT.",
    ),
}
"""Every code and its sentence."""


def lint(template: Template, sender: Sender) -> list[Finding]:
    """Give what a promotional template lacks, in the order of `WORDS`; empty where it is fit."""
    found: list[str] = []
    if not _names_sender(template, sender):
        found.append("missing_official_name")
    links = [
        place
        for place, part in enumerate(template.parts)
        if isinstance(part, Field) and part.name == OPT_OUT_URL
    ]
    if not links:
        found.append("missing_optout_url")
    if not _STATEMENT.search(_plain_text(template.parts)):
        found.append("missing_optout_statement")
    elif links and not any(_beside(template.parts, place) for place in links):
        found.append("optout_statement_not_adjacent")
    if not (sender.contact and sender.address):
        found.append("no_sender_page")
    return [Finding(code=code, words=WORDS[code]) for code in found]


def _names_sender(template: Template, sender: Sender) -> bool:
    if not sender.name:
        return False
    if SENDER_NAME in template.fields:
        return True
    # 「株式会社 ハブ」 and 「株式会社ハブ」 are one name; anything shorter is another.
    return _unspaced(sender.name) in _unspaced(_plain_text(template.parts))


def _unspaced(text: str) -> str:
    return "".join(text.split())


def _plain_text(parts: Sequence[str | Field]) -> str:
    # A field's value is not known yet; it must not join the words around it to a statement.
    return "\0".join(part for part in parts if isinstance(part, str))


def _beside(parts: Sequence[str | Field], link: int) -> bool:
    before = parts[link - 1] if link else ""
    after = parts[link + 1] if link + 1 < len(parts) else ""
    if isinstance(before, str):
        ends = [match.end() for match in _STATEMENT.finditer(before)]
        if ends and len(before) - ends[-1] <= NEAR:
            return True
    if isinstance(after, str):
        first = _STATEMENT.search(after)
        return first is not None and first.start() <= NEAR
    return False
