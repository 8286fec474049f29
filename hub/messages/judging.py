"""Judging recipients: who gets which text, who has to wait, who gets nothing and why.

A dry run and the making of a send are this same code; only the second stores what it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import standing
from hub.consent.gate import Allow, Deny, Hold, Question, Verdict, decide
from hub.consent.policy import Policy
from hub.contacts.phone import last_digits
from hub.messages import freshness
from hub.messages.compose import Composed, Problem, compose, values_for
from hub.messages.marking import LOOK_AGAIN
from hub.messages.plan import Plan
from hub.messages.states import State
from hub.messages.templates import NAME
from hub.optout import tokens
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import LinkRow, MergeValues


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One recipient and what is to become of the message. `text` is None where it is refused."""

    contact_id: int
    link: LinkRow
    state: State
    reason: str | None
    due_at: datetime
    evidence_id: str | None
    source_read_at: datetime | None
    segments: int
    text: str | None = field(repr=False)
    token: str | None = field(repr=False)
    last_digits: str = field(repr=False)


def one_a_number(links: Sequence[LinkRow]) -> list[LinkRow]:
    """Leave one living link for each number, the first: a number gets a send once."""
    chosen: dict[int, LinkRow] = {}
    for link in links:
        if link.contact_id is not None and link.vanished_at is None:
            chosen.setdefault(link.contact_id, link)
    return list(chosen.values())


def judge(
    tx: Tx,
    cipher: Cipher,
    plan: Plan,
    policy: Policy,
    links: Sequence[LinkRow],
    *,
    now: datetime,
    values: Mapping[str, str] | None = None,
    read_now: bool = False,
) -> list[Judged]:
    """Judge the recipients behind these links, one for each number.

    `values` are further merge values, for all. `read_now` takes every record as read this moment:
    what a dry run says, and what tells whose records are worth reading again.
    """
    recipients = one_a_number(links)
    contact_ids = [link.contact_id for link in recipients if link.contact_id is not None]
    known = standing.load(
        tx, contact_ids, plan.row.purpose_key, marks_since=policy.counts_from(now)
    )
    all_links = people.links_of_contacts(tx, contact_ids) if plan.promotional else {}
    numbers = people.numbers_of(tx, cipher, contact_ids)
    merge = people.merge_values(tx, cipher, [link.id for link in recipients])
    judged: list[Judged] = []
    for link, contact_id in zip(recipients, contact_ids, strict=True):
        read_at = now if read_now else freshness.read_at(all_links.get(contact_id, []), link.id)
        verdict = decide(_question(plan, now, read_at), known[contact_id], policy)
        # Whether one may be texted at all matters more than how the text would turn out.
        denied = isinstance(verdict, Deny)
        token = tokens.draw() if plan.has_link and not denied else None
        text = None if denied else _text(plan, merge[link.id], values or {}, token)
        number = numbers.get(contact_id)
        state, reason, due_at = _outcome(verdict, text, number, now)
        fits = isinstance(text, Composed) and state is not State.REFUSED
        judged.append(
            Judged(
                contact_id=contact_id,
                link=link,
                state=state,
                reason=reason,
                due_at=due_at,
                evidence_id=verdict.evidence_id if isinstance(verdict, Allow) else None,
                source_read_at=None if read_now else read_at,
                segments=text.segments if fits and isinstance(text, Composed) else 0,
                text=text.text if fits and isinstance(text, Composed) else None,
                token=token if fits else None,
                last_digits=last_digits(number) if number else "",
            )
        )
    return judged


def _question(plan: Plan, now: datetime, read_at: datetime | None) -> Question:
    return Question(
        purpose_key=plan.row.purpose_key,
        message_class=plan.message_class,
        now=now,
        not_before=plan.not_before,
        not_after=plan.not_after,
        source_read_at=read_at,
        display_ok=plan.display_ok,
    )


def _text(
    plan: Plan, merge: MergeValues, further: Mapping[str, str], token: str | None
) -> Composed | Problem:
    values = values_for(
        sender_name=plan.sender_name,
        sender_page=plan.sender_page,
        opt_out_url=plan.opt_out_url(token) if token else "",
        name=merge.name or further.get(NAME, ""),
        attributes={**merge.attributes, **further},
    )
    return compose(plan.template, values, plan.profile)


def _outcome(
    verdict: Verdict, text: Composed | Problem | None, number: str | None, now: datetime
) -> tuple[State, str | None, datetime]:
    if isinstance(verdict, Deny):
        return State.REFUSED, verdict.reason, now
    if isinstance(text, Problem):
        return State.REFUSED, text.code, now
    if number is None:
        return State.REFUSED, "erased", now
    if isinstance(verdict, Hold):
        return State.HELD, verdict.reason, verdict.until or now + LOOK_AGAIN
    return State.QUEUED, None, now
