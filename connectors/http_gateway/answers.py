"""What an answer means, by the vendor file's rules. Pure.

The first rule that fits decides. Where none does (a proxy's page, half an answer, a code nobody
described) the answer says neither yes nor no, and the SMS is unknown.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hub.sdk import Receipt, ReceiptState

from .paths import at, count_at, text_at
from .vendor import Answers, Outcome, Rule

# Longer than any list a vendor gives for one SMS.
_LONGEST = 1024 * 1024
_STATES: dict[Outcome, ReceiptState] = {
    "accepted": ReceiptState.ACCEPTED,
    "repeated": ReceiptState.ACCEPTED,
    "rejected": ReceiptState.REJECTED,
    "retry_later": ReceiptState.RETRY_LATER,
}
_UNKNOWN = Rule(outcome="unknown")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: HTTP status, JSON object or list (None for anything else), Retry-After (s)."""

    status: int
    body: Any = field(repr=False)
    wait: float | None = None


def read(content: bytes, status: int, wait: float | None) -> Answer:
    """Read an answer."""
    try:
        body = json.loads(content) if len(content) <= _LONGEST else None
    except (ValueError, RecursionError):
        body = None
    return Answer(status=status, body=body if isinstance(body, dict | list) else None, wait=wait)


def rule_for(answer: Answer, rules: tuple[Rule, ...], where: Answers) -> Rule:
    """Give the first rule that fits; one that says unknown where none does."""
    return next((rule for rule in rules if _fits(answer, rule, where)), _UNKNOWN)


def receipt(answer: Answer, rule: Rule, where: Answers, key: str) -> Receipt:
    """Give the receipt for a send under this key.

    A vendor with ids of its own must have told one with its yes: a yes without it is unknown.
    Where the vendor has none, or knows the key from before, ours is the reference.
    """
    wait = rule.retry_after if answer.wait is None else answer.wait
    state = _STATES.get(rule.outcome, ReceiptState.UNKNOWN)
    if state is not ReceiptState.ACCEPTED:
        return Receipt(state=state, reason=rule.reason, retry_after=wait)
    reference = text_at(answer.body, where.reference)
    if reference is None and where.reference is not None and rule.outcome == "accepted":
        return Receipt(state=ReceiptState.UNKNOWN)
    return Receipt(
        state=state,
        reference=reference or (key if where.reference is None else None),
        billed_units=count_at(answer.body, where.units),
    )


def _fits(answer: Answer, rule: Rule, where: Answers) -> bool:
    if rule.status and answer.status not in rule.status:
        return False
    if rule.code and text_at(answer.body, where.code) not in rule.code:
        return False
    if rule.has is not None and at(answer.body, rule.has) is None:
        return False
    message = text_at(answer.body, where.message) or ""
    if rule.says and not any(word in message for word in rule.says):
        return False
    # A yes is one only in the vendor's own words: a proxy's page can have the status 200 too.
    needs_body = rule.outcome in ("accepted", "repeated", "never")
    return not needs_body or answer.body is not None
