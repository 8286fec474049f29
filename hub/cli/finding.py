"""One line of `hub doctor`: what was looked at, how it stands, what to do."""

from dataclasses import dataclass
from typing import Literal

from hub.values.words import Words

Level = Literal["ok", "warn", "bad"]

LEVELS = {
    "ok": Words("正常", "ok"),
    "warn": Words("注意", "warn"),
    "bad": Words("異常", "bad"),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`about` names the thing, `found` says how it stands, `todo` what to do; None: nothing."""

    level: Level
    about: str
    found: Words
    todo: Words | None = None


def ok(about: str, ja: str, en: str) -> Finding:
    """Give a finding that asks for nothing."""
    return Finding(level="ok", about=about, found=Words(ja, en))


def warn(about: str, found: Words, todo: Words | None = None) -> Finding:
    """Give a finding that works, but not as it should; advice says itself what to do."""
    return Finding(level="warn", about=about, found=found, todo=todo)


def bad(about: str, found: Words, todo: Words | None = None) -> Finding:
    """Give a finding that keeps something from working; a HubError's words say what to do."""
    return Finding(level="bad", about=about, found=found, todo=todo)
