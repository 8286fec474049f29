"""Opt-outs on their way back to a platform's records."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.values.ref import Ref
from hub.values.words import Words


class Change(StrEnum):
    """What is to happen to the record."""

    OPT_OUT = "opt_out"
    RESTORE = "restore"


class OutcomeState(StrEnum):
    """How one record's write ended, by what has to happen next."""

    DONE = "done"
    LATER = "later"
    BLOCKED = "blocked"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class OptOut:
    """One record that must be changed because its number opted out, or came back.

    `id` stays the same over all tries, so writing twice is harmless. `at` (UTC) is when the person
    acted. `scope` is `all`, `promotional`, or `purpose:<key>`. `channel` is where it was said.
    """

    id: str
    ref: Ref
    change: Change
    scope: str
    channel: str
    at: datetime
    version: str | None = None
    """The record's version after our last write, where the hub knows one: still the same means
    that nobody has touched the record since."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the write to one record ended.

    `done`: acknowledged (`version` is the record's state after it, so that its echo is known).
    `later`: try again, after `retry_after` seconds if given. `blocked`: the platform refuses
    until somebody changes something, `why` says what; the hub keeps it open and tells people.
    `gone`: the record is not there any more.
    """

    id: str
    ref: Ref
    state: OutcomeState
    version: str | None = None
    retry_after: float | None = None
    why: Words | None = field(default=None)
    confirmed: bool = False
    """True where the record was read back and holds what was asked for."""
