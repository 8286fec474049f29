"""What is known of a run once it is over: from the store, the gateway, the platform, the people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENDED = frozenset({"delivered", "undelivered", "expired", "rejected", "refused", "canceled"})
TAKEN = frozenset({"submitted", "delivered", "undelivered"})
"""States that say: the gateway has it."""

UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One row of the store: `doubts` is how often its timeline says unknown."""

    key: str
    contact_id: int
    state: str
    doubts: int = 0


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post that the gateway took, or had taken before: `differs` from the first of its key."""

    key: str
    number: str
    """A hash of it."""

    differs: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A message was marked for sending, at this place in the order of the database."""

    place: int
    key: str
    contact_id: int


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A number came on the exclusion list, at this place in the order of the database."""

    place: int
    contact_id: int


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Somebody was told that they had opted out; `marks` of theirs were in the store right then.

    None: the store could not be asked at that moment.
    """

    contact_id: int
    marks: int | None


@dataclass(frozen=True, kw_only=True)
class Pause:
    """From a failure until the gateway got the next post, in seconds."""

    after: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class History:
    """A whole run.

    `due` are the numbers that were to get one message each. `records` are those of the people who
    opted out, by contact: each with whether the platform shows it. `by_key` says that the gateway
    takes a key once.
    """

    by_key: bool
    due: frozenset[int]
    messages: tuple[Message, ...]
    posts: tuple[Post, ...]
    marks: tuple[Mark, ...]
    stops: tuple[Stop, ...] = ()
    promises: tuple[Promise, ...] = ()
    records: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
