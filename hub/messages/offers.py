"""Advertising that rides in a text about service, found by its words and its links. Pure.

A text without an advert that leads its reader to an advertising site counts as an advert itself
(the ministry's reading of 特定電子メール法 art. 2), and one word too many makes an advert of a
notice. Words can mislead, so what is found is a warning that a person may confirm, with a reason.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from hub.messages.linter import Finding
from hub.messages.templates import Template
from hub.values.words import Words

WORDS: dict[str, Words] = {
    "transactional_with_offer": Words(
        "連絡用のテンプレートに、広告とみなされる言葉({about})があります。"
        "その部分を削るか、広告の利用目的で登録してください。",
        'The text is for notices, but holds words of an offer ("{about}"). Take them out, or '
        "store it under a purpose for advertising.",
    ),
    "transactional_with_link": Words(
        "連絡用のテンプレートに外部サイトへのリンク({about})があります。"
        "広告のページへ導くSMSは広告とみなされます。リンクを外すか、広告の利用目的で登録してください。",
        "The text is for notices, but links to {about}. An SMS that leads to advertising counts "
        "as advertising. Take the link out, or store it under a purpose for advertising.",
    ),
}
"""Every code and its sentence; `{about}` is what was found."""

_OFFER = re.compile(
    r"セール|割引|値引|[0-9０-９]+\s*(?:[%％]|パーセント|円)\s*(?:OFF|オフ|引き)|クーポン|"
    r"キャンペーン|特価|特売|お得|ポイント\s*(?:UP|ＵＰ|アップ|[0-9０-９]+\s*倍)|新発売|新商品|期間限定|"
    r"プレゼント(?:中|実施|キャンペーン)|"
    r"(?<![a-zａ-ｚ])(?:OFF|ＯＦＦ|sale|discounts?|coupons?|special offer|promo)(?![a-zａ-ｚ])",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https?://[^\s、。「」()（）<>\"']+"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|jp|io|me|ly|info|biz|shop|site|app|link|co)"
    r"(?![\w-])(?:/[^\s、。「」()（）<>\"']*)?",
    re.IGNORECASE,
)


def find_offers(template: Template, own_links: Collection[str]) -> list[Finding]:
    """Give what makes a text about service look like advertising, as warnings; empty if nothing.

    `own_links` are the hub's own addresses (`https://sms.example.jp`): links below them lead to
    pages that advertise nothing.
    """
    texts = [part for part in template.parts if isinstance(part, str)]
    hosts = {urlsplit(each).netloc.lower() for each in own_links}
    offers = [match[0].strip() for text in texts for match in _OFFER.finditer(text)]
    links = [_host(match[0]) for text in texts for match in _LINK.finditer(text)]
    links += [_host(link.url) for link in template.links]
    foreign = [host for host in links if host not in hosts]
    return [
        Finding(code=code, words=_filled(WORDS[code], found), level="warning")
        for code, found in (
            ("transactional_with_offer", offers),
            ("transactional_with_link", foreign),
        )
        if found
    ]


def _host(link: str) -> str:
    return urlsplit(link if "://" in link else f"https://{link}").netloc.lower()


def _filled(words: Words, found: list[str]) -> Words:
    about = "・".join(dict.fromkeys(each[:40] for each in found))
    return Words(words.ja.replace("{about}", about), words.en.replace("{about}", about))
