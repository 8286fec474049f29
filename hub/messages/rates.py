"""How well messages arrive: by gateway, template or carrier."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.messages.states import State
from hub.store import rates as queries
from hub.store.database import Tx
from hub.store.rates import By, Count

_SETTLED = frozenset({State.DELIVERED, State.UNDELIVERED, State.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One group: its messages by state, why those failed that did, and how long it took.

    `group` is a connection's name, a template's key or a carrier; empty where the gateways name no
    carrier. `median_seconds` is from the gateway's answer to its report of the delivery.
    """

    group: str
    states: Mapping[str, int]
    reasons: Mapping[str, int]
    median_seconds: float | None

    @property
    def delivered(self) -> float | None:
        """Give the share of those with a report that arrived, 0 to 1; None without any report."""
        settled = sum(self.states.get(state, 0) for state in _SETTLED)
        return self.states.get(State.DELIVERED, 0) / settled if settled else None


def of(tx: Tx, by: By, since: datetime) -> list[Rate]:
    """Give the rates of what left since then, by name."""
    return joined(queries.counts(tx, by, since), queries.median_seconds(tx, by, since))


def joined(counts: Sequence[Count], medians: Mapping[str, float]) -> list[Rate]:
    """Give one rate for each group of these counts. Pure."""
    states: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for each in counts:
        states.setdefault(each.group, Counter())[each.state] += each.count
        why = reasons.setdefault(each.group, Counter())
        if each.reason and each.state not in (State.DELIVERED, State.SUBMITTED):
            why[each.reason] += each.count
    return [
        Rate(
            group=group,
            states=states[group],
            reasons=reasons[group],
            median_seconds=medians.get(group),
        )
        for group in sorted(states)
    ]
