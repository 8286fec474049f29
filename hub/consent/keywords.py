"""What a reply says: stop, start, help, or something close to stop that a person must look at.

Only the whole first line counts as a word, so that "停止しないで" is not a stop and a signature
below hides none. A wrong stop costs little and a missed one breaks the promise, so whatever merely
holds a word for stop is handed to a person, and advertising waits meanwhile.
"""

import re
import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What a reply was understood as."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    NEAR_STOP = "near_stop"


# English: the union of what gateways ship. Japanese: our own, as no published standard was found.
# キャンセル (the appointment, not the SMS), いいえ and 終了 are left out on purpose.
_STOP = frozenset(
    (
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "remove"),
        *("停止", "配信停止", "配信停止希望", "解除", "配信解除", "退会", "ストップ", "中止"),
        *("受信拒否", "配信不要", "不要"),
    )
)
_START = frozenset(("start", "yes", "unstop", "再開", "配信再開", "登録"))
_HELP = frozenset(("help", "info", "ヘルプ", "使い方"))

_NEAR_ENGLISH = re.compile(r"\b(?:stop\w*|unsubscribe\w*|opt[ -]?out|optout|revoke|remove)\b")
_NEAR_JAPANESE = (
    *sorted(word for word in _STOP if not word.isascii()),
    "やめて",
    "止めて",
    "いらない",
    "要らない",
    "送らないで",
    "送信しないで",
)


def classify(text: str) -> Keyword | None:
    """Say what a reply means; None: an ordinary message, or nothing at all.

    Full-width and half-width forms, upper and lower case, spaces, punctuation, symbols and
    invisible characters make no difference. Look-alikes of other scripts stay different.
    """
    clean = unicodedata.normalize("NFKC", text).casefold()
    line = next((line for line in map(_bare, clean.splitlines()) if line), "")
    for words, keyword in ((_STOP, Keyword.STOP), (_START, Keyword.START), (_HELP, Keyword.HELP)):
        if line in words:
            return keyword
    whole = _bare(clean)
    visible = "".join(char for char in clean if unicodedata.category(char) != "Cf")
    if _NEAR_ENGLISH.search(visible) or any(word in whole for word in _NEAR_JAPANESE):
        return Keyword.NEAR_STOP
    return None


def _bare(text: str) -> str:
    """Leave letters, digits and marks only."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNM")
