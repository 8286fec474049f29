"""A sentence in both languages of the hub."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True)
class Words:
    """One sentence in Japanese and in English; both say the same."""

    ja: str
    en: str

    def in_(self, language: Language) -> str:
        """Give the sentence in the language asked for."""
        return self.ja if language == "ja" else self.en

    def __str__(self) -> str:
        return self.en
