"""What a vendor file says, once it is checked. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hub.sdk import GatewayProfile, ReportState

from .filling import SETTINGS, places

AuthKind = Literal["none", "basic", "bearer", "header"]
BodyKind = Literal["form", "json"]
NumberStyle = Literal["domestic", "international", "e164"]
Outcome = Literal["accepted", "repeated", "rejected", "retry_later", "auth", "unknown", "never"]


@dataclass(frozen=True, kw_only=True)
class Auth:
    """How the hub signs in. `header` is the name of the header that has the token."""

    kind: AuthKind
    header: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of what an answer means; it fits where all that it names is so.

    `status` are HTTP statuses; `code` what stands at the answer's code; `has` a path at which
    something must stand; `says` words of which one must occur in the answer's message.
    """

    outcome: Outcome
    status: tuple[int, ...] = ()
    code: tuple[str, ...] = ()
    has: str | None = None
    says: tuple[str, ...] = ()
    reason: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: method, path behind the host, fields, and what its answers mean, first rule first.

    `items` is where a list of SMS sits in the answer; None where the answer is the SMS itself.
    """

    method: Literal["GET", "POST", "PUT"]
    path: str
    fields: Mapping[str, str]
    rules: tuple[Rule, ...]
    body: BodyKind = "form"
    items: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Where code, message, the vendor's id and the charged units sit in an answer to a send."""

    code: str | None = None
    message: str | None = None
    reference: str | None = None
    units: str | None = None


@dataclass(frozen=True, kw_only=True)
class StateRule:
    """One line of what the axes mean together.

    `*` stands for anything, `*824` for what ends in 824.
    """

    axes: tuple[str, ...]
    state: ReportState
    reason: str | None = None
    permanent: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Reports:
    """How the fate of one SMS is read, from a callback and from a look-up alike."""

    axes: tuple[str, ...]
    states: tuple[StateRule, ...]
    reference: str | None = None
    key: str | None = None
    at: tuple[str, ...] = ()
    time: tuple[str, ...] = ("iso",)
    units: str | None = None
    carrier: str | None = None


@dataclass(frozen=True, kw_only=True)
class Replies:
    """How a reply is read from a callback; it is one where `text` and `number` stand."""

    number: str
    text: str
    id: str | None = None
    at: str | None = None
    time: tuple[str, ...] = ("iso",)


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What the vendor posts. `field` is the form's field that holds JSON, `items` a list in it."""

    kind: Literal["json", "form", "json_in_form"]
    field: str | None = None
    items: str | None = None
    addresses: tuple[str, ...] = ()
    replies: Replies | None = None


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One vendor as its file describes it. `host` is the only one that is ever called.

    `check` is the call that the Test button makes; without one the look-up is tried.
    """

    name: str
    host: str
    auth: Auth
    number: NumberStyle
    send: Call
    reports: Reports
    answers: Answers = field(default_factory=Answers)
    headers: Mapping[str, str] = field(default_factory=dict)
    time: str = "iso"
    look_up: Call | None = None
    check: Call | None = None
    callback: Callback | None = None
    profile: GatewayProfile = field(default_factory=GatewayProfile)

    @property
    def needs(self) -> frozenset[str]:
        """Name the settings that a connection must have."""
        calls = [call for call in (self.send, self.look_up, self.check) if call]
        texts = [text for call in calls for text in (call.path, *call.fields.values())]
        named = {place for text in texts for place in places(text) if place in SETTINGS}
        by_auth = {"basic": {"username", "password"}, "none": set()}
        return frozenset(named | by_auth.get(self.auth.kind, {"token"}))
