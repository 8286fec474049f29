"""Characters a gateway cannot carry, and what a person may write in their place. Pure.

Nothing here replaces anything: a name is spelt as its bearer spells it, so the change is somebody's
to make. Every suggestion can be carried by the gateway it is made for. NFKC alone would not do: it
makes 1 of ① and ~ of ～, and leaves 髙 as it is.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.messages.segments import carries
from hub.values.gateway import GatewayProfile

_VARIANTS = (
    "髙高 﨑崎 𠮷吉 濵浜 德徳 瀨瀬 𣘺橋 栁柳 桒桑 槗橋 寬寛 敎教 曻昇 橫横 淸清 緖緒"
    " 薰薫 靑青 黑黒 鄕郷 閒間 增増 悅悦 戶戸 塡填 剝剥 姸妍 瘦痩 蟬蝉 醬醤 鷗鴎 麴麹"
    " 嚙噛 搔掻 瀆涜 焰焔 禱祷 簞箪 繡繍 繫繋 萊莱 蔣蒋 蠟蝋 軀躯 鹼鹸 囊嚢 俠侠 俱倶"
    " 倂併 卽即 吳呉 娛娯 尙尚 巢巣 徵徴 揭掲 擊撃 步歩 歷歴 每毎 涉渉 渴渇 溫温 產産"
    " 硏研 稅税 緣縁 綠緑 說説 郞郎 錄録 鍊錬 圡土 𡈽土 𥔎碕 皞皓 昻昂 靍鶴 靏鶴 㐂喜"
    " 羡羨 黃黄 强強 雞鶏 眾衆 絕絶 虛虚 姬姫 內内 淚涙 晚晩 曆暦 戾戻 狀状 顚顛 頰頬"
    " 𠮟叱"
)
"""Forms of kanji that names are written with, each before the common form. Unicode gives those of
them that are characters in their own right no decomposition."""

_SUGGESTED: Mapping[str, tuple[str, ...]] = {
    **{pair[0]: (pair[1],) for pair in _VARIANTS.split()},
    # The circled numbers, from 1 to 20.
    **{chr(0x245F + number): (f"({number})",) for number in range(1, 21)},
    # One shape that Shift_JIS as JIS and as Microsoft reads it gives to two characters.
    "～": ("〜", "-"),
    "〜": ("～", "-"),
    "－": ("−", "-"),
    "−": ("－", "-"),
    "∥": ("‖",),
    "‖": ("∥",),
    "￠": ("¢",),
    "￡": ("£",),
    "￢": ("¬",),
    "¥": ("￥", "円"),
    "¦": ("￤", "|"),
    "￤": ("|",),
    # Punctuation that word processors put in.
    "—": ("―", "-"),
    "–": ("-",),
    "―": ("-",),
    "‑": ("-",),
    "·": ("・", "."),
    "•": ("・", "*"),
    "‘": ("'",),
    "’": ("'",),
    "“": ('"',),
    "”": ('"',),
    "«": ("《", '"'),
    "»": ("》", '"'),
    "…": ("...",),
    "~": ("〜", "～", "-"),
    "№": ("No.",),
    "〝": ("「", '"'),
    "〟": ("」", '"'),
    # Signs and marks.
    "♡": ("♥", ""),
    "✓": ("○", ""),
    "✕": ("×", ""),
    "✖": ("×", ""),
    "⭐": ("★", ""),
    "➡": ("→", ""),
    "⇒": ("→", ""),
    "©": ("(C)",),
    "®": ("(R)",),
    "½": ("1/2",),
    "¼": ("1/4",),
    "¾": ("3/4",),
    "€": ("ユーロ", "EUR"),
}
"""What stands for a character, the best first; an empty text leaves it out."""

_LEFT_OUT = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "So", "Sk"})
"""Categories of what is not read aloud: controls, joiners, lone surrogates, marks, pictures."""


@dataclass(frozen=True, kw_only=True)
class BadCharacter:
    """A character the gateway cannot carry, with the mark that belongs to it.

    `index` is where `char` begins in the text. `suggestion` is what may be written in its place,
    empty where it is best left out, None where nothing is known to stand for it: a rare kanji,
    which is then written in kana.
    """

    char: str = field(repr=False)
    index: int
    suggestion: str | None = field(repr=False)


def unsupported(text: str, profile: GatewayProfile) -> list[BadCharacter]:
    """Give every character of a text that the gateway cannot carry, in their order."""
    if carries(text, profile):
        return []
    found: list[BadCharacter] = []
    for index, character in enumerate(text):
        if carries(character, profile):
            continue
        whole = text[index - 1 : index + 1] if index else ""
        joined = unicodedata.normalize("NFC", whole)
        # macOS writes が as か and a mark; the two are one character in the making.
        if len(joined) == 1 and whole != joined and carries(whole[0], profile):
            start, suggestion = index - 1, suggest(joined, profile)
        else:
            start, whole, suggestion = index, character, suggest(character, profile)
        found.append(BadCharacter(char=whole, index=start, suggestion=suggestion))
    return found


def suggest(character: str, profile: GatewayProfile) -> str | None:
    """Give what may stand for a character at a gateway: itself where the gateway carries it."""
    bare = unicodedata.normalize("NFD", character)[:1]
    choices = [
        character,
        *_SUGGESTED.get(character, ()),
        unicodedata.normalize("NFKC", character),
        # A letter without its accent. Kana lose their meaning without theirs.
        *([bare] if bare.isascii() and bare.isalpha() else []),
    ]
    for choice in choices:
        if carries(choice, profile):
            return choice
    return "" if unicodedata.category(character) in _LEFT_OUT else None
