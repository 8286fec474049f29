"""What a reply says: stop, start, help, or something close to stop that a person must look at.

Which words mean stop can be widened by a deployment, and narrowed by the two that mean something
else where texts are about appointments; STOP itself cannot be taken out.

Only the whole first line counts as a word, so that "停止しないで" is not a stop and a signature
below hides none. A wrong stop costs little and a missed one breaks the promise, so whatever merely
holds a word for stop is handed to a person, and advertising waits meanwhile.
"""

import re
import unicodedata
from dataclasses import dataclass
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


AMBIGUOUS = frozenset(("cancel", "end"))
"""Words for stop that a deployment may take out: they may be about the appointment."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What this deployment takes for a stop, besides and less than what is shipped.

    Words are bare (`bare`). `without` holds some of `AMBIGUOUS`.
    """

    extra: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    @property
    def stop(self) -> frozenset[str]:
        """Give all words that are a stop when nothing else is said."""
        return (_STOP - (self.without & AMBIGUOUS)) | self.extra


SHIPPED = Vocabulary()


def classify(text: str, vocabulary: Vocabulary = SHIPPED) -> Keyword | None:
    """Say what a reply means; None: an ordinary message, or nothing at all.

    Full-width and half-width forms, upper and lower case, spaces, punctuation, symbols and
    invisible characters make no difference. Look-alikes of other scripts stay different.
    """
    clean = unicodedata.normalize("NFKC", text).casefold()
    line = next((line for line in map(_letters, clean.splitlines()) if line), "")
    stop = vocabulary.stop
    for words, keyword in ((stop, Keyword.STOP), (_START, Keyword.START), (_HELP, Keyword.HELP)):
        if line in words:
            return keyword
    whole = _letters(clean)
    visible = "".join(char for char in clean if unicodedata.category(char) != "Cf")
    if _NEAR_ENGLISH.search(visible) or _holds(whole, vocabulary):
        return Keyword.NEAR_STOP
    return None


def bare(word: str) -> str:
    """Give a word as it is compared: one form, lower case, letters and digits only."""
    return _letters(unicodedata.normalize("NFKC", word).casefold())


def _holds(whole: str, vocabulary: Vocabulary) -> bool:
    extra = (word for word in vocabulary.extra if not word.isascii())
    return any(word in whole for word in (*_NEAR_JAPANESE, *extra))


def _letters(text: str) -> str:
    """Leave letters, digits and marks only."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNM")
