"""Judging recipients: who gets which text, who has to wait, who gets nothing and why.

A dry run and the making of a send are this same code; only the second stores what it says.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.consent import standing
from hub.consent.gate import Allow, Deny, Hold, Question, Verdict, decide
from hub.consent.policy import Policy
from hub.contacts.phone import last_digits
from hub.messages import freshness
from hub.messages.compose import Composed, Problem, compose, values_for
from hub.messages.marking import LOOK_AGAIN
from hub.messages.misfits import Misfit
from hub.messages.plan import Plan
from hub.messages.states import State
from hub.messages.templates import NAME, OURS
from hub.optout import tokens
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import LinkRow, MergeValues, Recipient

_NOTHING = MergeValues(name="", attributes={})


class Judged(NamedTuple):
    """One recipient and what is to become of the message. `text` is None where it is refused.

    `billed` is what the gateway will charge for, as an estimate; `misfits` are the characters for
    which it is refused. A tuple, since a dry run makes one for everybody.
    """

    contact_id: int
    link: LinkRow | Recipient
    state: State
    reason: str | None
    due_at: datetime
    evidence_id: str | None
    source_read_at: datetime | None
    segments: int
    text: str | None
    token: str | None
    last_digits: str
    billed: int
    misfits: tuple[Misfit, ...]

    def __repr__(self) -> str:
        return f"Judged(link={self.link!r}, state={self.state.value}, reason={self.reason})"


def one_a_number(links: Sequence[LinkRow | Recipient]) -> list[LinkRow | Recipient]:
    """Leave one living link for each number, the first: a number gets a send once."""
    chosen: dict[int, LinkRow | Recipient] = {}
    for link in links:
        if link.contact_id is not None and link.vanished_at is None:
            chosen.setdefault(link.contact_id, link)
    return list(chosen.values())


def judge(
    tx: Tx,
    cipher: Cipher,
    plan: Plan,
    policy: Policy,
    links: Sequence[LinkRow | Recipient],
    *,
    now: datetime,
    values: Mapping[str, str] | None = None,
    read_now: bool = False,
) -> list[Judged]:
    """Judge the recipients behind these links, one for each number.

    `values` are further merge values, for all. `read_now` takes every record as read this moment:
    what a dry run says, and what tells whose records are worth reading again. Of that nothing can
    be stored: all have one token, and no number is decrypted.
    """
    recipients = one_a_number(links)
    contact_ids = [link.contact_id for link in recipients if link.contact_id is not None]
    known = standing.load(
        tx, contact_ids, plan.row.purpose_key, marks_since=policy.counts_from(now)
    )
    aging = plan.promotional and not read_now
    all_links = people.links_of_contacts(tx, contact_ids) if aging else {}
    questions: dict[datetime | None, Question] = {}
    verdicts: list[tuple[LinkRow | Recipient, int, datetime | None, Verdict]] = []
    for link, contact_id in zip(recipients, contact_ids, strict=True):
        read_at = now if read_now else freshness.read_at(all_links.get(contact_id, []), link.id)
        question = questions.get(read_at)
        if question is None:
            question = questions[read_at] = _question(plan, now, read_at)
        verdict = decide(question, known[contact_id], policy)
        verdicts.append((link, contact_id, read_at, verdict))
    # Whether one may be texted at all matters more than how the text would turn out.
    texted = [row for row in verdicts if not isinstance(row[3], Deny)]
    texts = _texts(tx, cipher, plan, [row[0].id for row in texted], values or {}, alike=read_now)
    numbers = {} if read_now else people.numbers_of(tx, cipher, [row[1] for row in texted])
    judged: list[Judged] = []
    for link, contact_id, read_at, verdict in verdicts:
        text, token = texts.get(link.id, (None, None))
        state, reason, due_at = _outcome(verdict, text, now, kept=known[contact_id].number.kept)
        made = text if isinstance(text, Composed) and state is not State.REFUSED else None
        judged.append(
            Judged(
                contact_id=contact_id,
                link=link,
                state=state,
                reason=reason,
                due_at=due_at,
                evidence_id=verdict.evidence_id if isinstance(verdict, Allow) else None,
                source_read_at=None if read_now else read_at,
                segments=made.segments if made else 0,
                text=made.text if made else None,
                token=token if made else None,
                last_digits=last_digits(numbers.get(contact_id, "")),
                billed=made.billed if made else 0,
                misfits=text.misfits if isinstance(text, Problem) else (),
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


def _texts(
    tx: Tx,
    cipher: Cipher,
    plan: Plan,
    link_ids: Sequence[int],
    further: Mapping[str, str],
    *,
    alike: bool,
) -> dict[int, tuple[Composed | Problem, str | None]]:
    """Give for each of these links its text, or why there is none, and the token of its link.

    Only what the template asks for is read and decrypted. `alike` lets all have one token: where
    nothing is stored, a link counts by its length alone, and texts that name nobody are one text.
    """
    fields = plan.template.fields
    named, own = NAME in fields, bool(fields - OURS)
    has_link = plan.has_link
    shared = tokens.draw() if has_link and alike else None
    if alike and not named and not own:
        text = _text(plan, _NOTHING, further, shared)
        return dict.fromkeys(link_ids, (text, shared))
    merge = people.merge_values(tx, cipher, link_ids, name=named, attributes=own)
    texts: dict[int, tuple[Composed | Problem, str | None]] = {}
    for link_id in link_ids:
        token = shared or (tokens.draw() if has_link else None)
        texts[link_id] = _text(plan, merge[link_id], further, token), token
    return texts


def _text(
    plan: Plan, merge: MergeValues, further: Mapping[str, str], token: str | None
) -> Composed | Problem:
    values = values_for(
        sender_name=plan.sender_name,
        sender_page=plan.sender_page,
        opt_out_url=plan.opt_out_url(token) if token else "",
        name=merge.name or further.get(NAME, ""),
        attributes={
            **merge.attributes,
            **further,
            **(plan.tracked_urls(token) if token and plan.template.links else {}),
        },
    )
    return compose(plan.template, values, plan.profile)


def _outcome(
    verdict: Verdict, text: Composed | Problem | None, now: datetime, *, kept: bool
) -> tuple[State, str | None, datetime]:
    if isinstance(verdict, Deny):
        return State.REFUSED, verdict.reason, now
    if isinstance(text, Problem):
        return State.REFUSED, text.code, now
    if not kept:
        return State.REFUSED, "erased", now
    if isinstance(verdict, Hold):
        return State.HELD, verdict.reason, verdict.until or now + LOOK_AGAIN
    return State.QUEUED, None, now
