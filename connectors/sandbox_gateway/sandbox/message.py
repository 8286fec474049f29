"""What lies on a phone: SMS that came, reports on them, answers that were typed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ReplyState = Literal["waiting", "arrived", "lost"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One delivery report, as it is posted. `at` is UTC."""

    id: str
    key: str
    message_id: str
    state: str
    at: datetime
    reason: str | None
    permanent: bool | None
    segments: int

    @property
    def final(self) -> bool:
        """Say whether nothing can follow it."""
        return self.state != "submitted"

    def posted(self) -> dict[str, Any]:
        """Give the entry of the callback's list."""
        return {
            "type": "report",
            "id": self.id,
            "key": self.key,
            "message_id": self.message_id,
            "state": self.state,
            "at": self.at.isoformat(),
            "reason": self.reason,
            "permanent": self.permanent,
            "segments": self.segments,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One SMS as the sandbox took or refused it. `at` (UTC) is when it was first posted."""

    id: str
    key: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    callback_url: str | None = field(repr=False)
    at: datetime
    units: int
    segments: int
    refusal: str | None = None
    report: Report | None = None

    @property
    def state(self) -> str:
        """Give accepted or refused, or what the last report said."""
        if self.refusal:
            return "refused"
        return self.report.state if self.report else "accepted"

    def answered(self) -> dict[str, Any]:
        """Give the body that answers the post, the same for every repeat of its key."""
        body = {
            "id": self.id,
            "key": self.key,
            "state": "refused" if self.refusal else "accepted",
            "units": self.units,
            "segments": self.segments,
        }
        return body | ({"reason": self.refusal} if self.refusal else {})

    def looked_up(self) -> dict[str, Any]:
        """Give the body that answers a look-up: the same, with the last report."""
        return self.answered() | {"report": self.report.posted() if self.report else None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """An answer typed on the phone. `state` says whether the hub took it."""

    id: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    callback_url: str | None = field(repr=False)
    at: datetime
    state: ReplyState = "waiting"

    def posted(self) -> dict[str, Any]:
        """Give the entry of the callback's list."""
        return {
            "type": "reply",
            "id": self.id,
            "from": self.number,
            "text": self.text,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One post that arrived, repeats included: what really reached the gateway, and when (UTC).

    `repeat` says that the key was known; `differs` that number or text were not those of the
    first post, which is a mistake of the sender's.
    """

    key: str
    number: str = field(repr=False)
    at: datetime
    repeat: bool
    differs: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """One number that got an SMS: how many messages it holds, and the newest."""

    number: str = field(repr=False)
    count: int
    newest: Message | Typed
