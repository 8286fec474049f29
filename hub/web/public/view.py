"""What the opt-out page shows to the reader of one link."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import exclusions, purposes, standing
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import Exclusion, purpose_scope
from hub.consent.gate import Deny, Question, decide
from hub.consent.policy import Policy
from hub.consent.purposes import Purpose
from hub.optout.act import UNDO_FOR, can_undo
from hub.store import standings, tokens
from hub.store.database import Tx
from hub.store.tokens import TokenRow

_SAID_STOP = frozenset(
    {"suppressed_all", "suppressed_promotional", "suppressed_purpose", "withdrawn", "refused"}
)


@dataclass(frozen=True, kw_only=True)
class PurposeView:
    """One purpose of the number, and whether it is stopped."""

    key: str
    label: str
    stopped: bool


@dataclass(frozen=True, kw_only=True)
class StopView:
    """Something the reader stopped: what, when, and until when a tap takes it back."""

    exclusion_id: int
    scope: str
    label: str
    said_at: datetime
    undo_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class PageView:
    """The page for one link. `purpose` is what the SMS was about, `since` when that was agreed."""

    digits: str = field(repr=False)
    purpose: str
    since: datetime | None
    stops: Sequence[StopView]
    purposes: Sequence[PurposeView]

    @property
    def all_stopped(self) -> bool:
        """True where nothing is sent to the number any more."""
        return any(stop.scope == ALL for stop in self.stops)

    @property
    def promotional_stopped(self) -> bool:
        """True where no advertising is sent to the number any more."""
        return any(stop.scope in (ALL, PROMOTIONAL) for stop in self.stops)


def view_of(tx: Tx, token: TokenRow, policy: Policy, now: datetime) -> PageView:
    """Read what the page shows."""
    keys = dict.fromkeys([token.purpose_key, *standings.purposes_of(tx, token.contact_id)])
    known = purposes.get_all(tx, list(keys))
    own = known.get(token.purpose_key)
    stops = exclusions.active(tx, [token.contact_id])[token.contact_id]
    return PageView(
        digits=token.last_digits,
        purpose=own.label if own else "",
        since=tokens.agreed_at(tx, token.message_id) if token.message_id is not None else None,
        stops=[_stop(stop, token, known, now) for stop in stops],
        purposes=[
            PurposeView(
                key=key,
                label=known[key].label,
                stopped=_stopped(tx, token.contact_id, known[key], policy, now),
            )
            for key in keys
            if key in known
        ],
    )


def _stop(stop: Exclusion, token: TokenRow, known: dict[str, Purpose], now: datetime) -> StopView:
    labels = {purpose_scope(key): purpose.label for key, purpose in known.items()}
    undoable = can_undo(stop, token.message_id, now)
    return StopView(
        exclusion_id=stop.id,
        scope=stop.scope,
        label=labels.get(stop.scope, ""),
        said_at=stop.occurred_at,
        undo_until=stop.recorded_at + UNDO_FOR if undoable else None,
    )


def _stopped(tx: Tx, contact_id: int, purpose: Purpose, policy: Policy, now: datetime) -> bool:
    question = Question(purpose_key=purpose.key, message_class=purpose.message_class, now=now)
    known = standing.load(tx, [contact_id], purpose.key)[contact_id]
    verdict = decide(question, known, policy)
    return isinstance(verdict, Deny) and verdict.reason in _SAID_STOP
