"""One setting that must be changed."""

from dataclasses import dataclass

from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One setting that must be changed: its key, and what to write there instead."""

    key: str
    words: Words

    def sentence(self, where: str) -> Words:
        """Give the whole line, with the place in front: `connections.crm.app: …`."""
        path = ".".join(part for part in (where, self.key) if part)
        return Words(ja=f"{path}: {self.words.ja}", en=f"{path}: {self.words.en}")
