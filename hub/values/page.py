"""Pages: how a plugin hands over a long list without holding it in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hub.values.connection import Usage
from hub.values.ref import Ref

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A record that was there and could not be used. `reason` is a short code, never a value."""

    ref: Ref
    reason: str


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """One page of a long list.

    `cursor` is the plugin's own text. The hub stores it in the same transaction as the items and
    hands it back with the next call, so a pull that is killed goes on where its last page ended.
    `done` says that nothing more is there now; the cursor is kept all the same, for what changes
    later. A page may be empty and not be the last. `gone` are records that the platform says are
    not there any more; what they vouched for falls, after the items of the page are stored.
    `usage` is what the platform told of its limit while the page was read, where it tells.
    """

    items: Sequence[Item]
    cursor: str | None
    done: bool
    skipped: Sequence[Skipped] = field(default=())
    gone: Sequence[Ref] = field(default=())
    usage: Usage | None = None
