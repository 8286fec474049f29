# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing consents that were given to the hub into users, and reading every one back.

Zendesk knows no condition for a user's fields, so they are looked at just before they are ordered;
a tag is added on the condition that the user is as it was looked at (`safe_update`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.sdk import (
    Connection,
    Consent,
    FieldMapping,
    Outcome,
    OutcomeState,
    TransientError,
    Words,
)

from . import job
from .approval import check_consent
from .client import MANY, ZendeskClient
from .consentfield import ConsentField
from .formwatch import FormWatch
from .job import JobEnd
from .optoutfield import OptOutField, Writing
from .refusals import CONFLICT, MISSING
from .user import TICKET, USER, is_customer, number_in

_UNDONE_PAUSE = 60.0
_CHANGED_PAUSE = 5.0

_OPTED_OUT = Words(
    ja="Zendeskのユーザーが配信停止のため、許諾を書き込みませんでした。"
    "本人が再度同意している場合は、ユーザーの配信停止を解除してください。",
    en="The Zendesk user is opted out, so the consent was not written. "
    "If the person agreed again, take the opt-out back on the user.",
)
_SAYS_NO = Words(
    ja="Zendeskのユーザーが許諾しない値となっており、本人の同意より後に変更された可能性があります。"
    "ユーザーを確認し、正しい値を選んでください。",
    en="The Zendesk user says no, perhaps since the person agreed. "
    "Look at the user and choose what is right.",
)
_NOT_TAKEN = Words(
    ja="Zendeskがこのユーザーの更新を受け付けませんでした。"
    "Zendeskでユーザーを開いて保存し、表示されたエラーを直してください。",
    en="Zendesk did not take the update of this user. "
    "Open the user in Zendesk, save it, and set right what it complains about.",
)
_UNKNOWN_KIND = Words(
    ja="Zendeskのユーザーではないレコードです。接続先を確認してください。",
    en="The record is no user of Zendesk. Check where the record comes from.",
)

Users = Mapping[int, Mapping[str, Any]]


@dataclass(kw_only=True)
class _Batch:
    """What is being written for each user, by which consent, and why it may have failed."""

    writes: dict[int, Writing] = field(default_factory=dict)
    asked: dict[int, Consent] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    waits: dict[int, float | None] = field(default_factory=dict)

    def wait(self, ids: Sequence[int], seconds: float | None) -> None:
        """Leave these for a later try."""
        self.waits.update(dict.fromkeys(ids, seconds))


class ZendeskConsents:
    """Writes consents to the users of one account.

    Not to tickets: what a person agreed to stands on the user alone, and a ticket may be about
    another of the user's numbers.
    """

    def __init__(
        self,
        connection: Connection,
        client: ZendeskClient | None = None,
        wait: Callable[[Callable[[], Mapping[str, Any]]], JobEnd] = job.wait,
    ) -> None:
        self._connection = connection
        self._client = client or ZendeskClient(connection)
        self._wait = wait
        self._watch = FormWatch(self._client, connection, lambda _: None)

    def record(self, consents: Sequence[Consent]) -> Sequence[Outcome]:
        """Write each consent and read it back; give one outcome for each.

        Raises ConfigError where the mapping names no field that can be written.
        """
        form = self._watch.recent()
        mapping = self._connection.mapping or FieldMapping(phone="")
        check_consent(form, mapping, self._connection)
        ask = _Question(
            field=ConsentField.of(form, mapping),
            out=OptOutField.of(form, mapping) if mapping.opt_out else None,
        )
        targets = {each.id: number_in(each.ref) for each in consents if each.ref.object == USER}
        users = self._client.users(sorted(set(targets.values()) - {0}))
        batch = _Batch()
        settled: dict[str, Outcome] = {}
        for consent in consents:
            outcome = _without(consent) or ask.answer(consent, users.get(targets[consent.id]))
            if outcome:
                settled[consent.id] = outcome
            elif (target := targets[consent.id]) not in batch.writes:
                # A second consent of the same user waits for the first one's outcome.
                batch.writes[target] = ask.field.to_say_yes(users[target], consent)
                batch.asked[target] = consent
        self._write_fields(batch)
        again = self._read(batch)
        if ask.field.by_tag:
            again = self._add_tags(batch, again, ask)
        return [
            settled.get(each.id) or _after(each, again, targets[each.id], ask, batch)
            for each in consents
        ]

    def _write_fields(self, batch: _Batch) -> None:
        ids = [id_ for id_, writing in batch.writes.items() if writing.fields]
        try:
            while ids:
                self._update(ids[:MANY], batch)
                ids = ids[MANY:]
        except TransientError as error:
            batch.wait(ids, error.retry_after)

    def _update(self, ids: Sequence[int], batch: _Batch) -> None:
        job_id = self._client.update_users(
            [{"id": id_, "user_fields": dict(batch.writes[id_].fields)} for id_ in ids]
        )
        end = self._wait(lambda: self._client.job(job_id))
        batch.refused |= end.failed
        if not end.ended:
            batch.wait(ids, _UNDONE_PAUSE)

    def _add_tags(self, batch: _Batch, seen: Users, ask: "_Question") -> Users:
        """Add the tag that says yes, once what proves it is there, to users who are not out."""
        ids = [id_ for id_ in batch.writes if id_ not in batch.refused and id_ not in batch.waits]
        ids = [id_ for id_ in ids if id_ in seen and not ask.is_out(seen[id_])]
        ids = [id_ for id_ in ids if ask.field.is_proven(seen[id_], batch.asked[id_])]
        tagged: list[int] = []
        try:
            for id_ in ids:
                refusal = self._client.add_tags(
                    id_, batch.writes[id_].add, unchanged_since=str(seen[id_]["updated_at"])
                )
                tagged.append(id_)
                if refusal is not None and refusal.status == CONFLICT:
                    batch.wait([id_], _CHANGED_PAUSE)
                elif refusal is not None and refusal.status != MISSING:
                    batch.refused.add(id_)
        except TransientError as error:
            batch.wait([id_ for id_ in ids if id_ not in tagged], error.retry_after)
        return {**seen, **self._read(batch)}

    def _read(self, batch: _Batch) -> Users:
        try:
            return self._client.users(sorted(batch.writes))
        except TransientError as error:
            # What was ordered may be there or not: a job can say done and have changed nothing.
            batch.wait(sorted(batch.writes), error.retry_after)
            return {}


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is asked of a user before a consent is written, and after."""

    field: ConsentField
    out: OptOutField | None

    def is_out(self, user: Mapping[str, Any]) -> bool:
        """Say whether the user is opted out."""
        return self.out is not None and self.out.is_out(user)

    def answer(self, consent: Consent, user: Mapping[str, Any] | None) -> Outcome | None:
        """Give the outcome where nothing is to be written; None where it is."""
        if user is None or not is_customer(user):
            return _outcome(consent, OutcomeState.GONE)
        if self.is_out(user):
            return _outcome(consent, OutcomeState.BLOCKED, why=_OPTED_OUT)
        if self.field.may_say_no_since(user, consent.at):
            return _outcome(consent, OutcomeState.BLOCKED, why=_SAYS_NO)
        return _done(consent, user) if self.field.is_told(user, consent) else None


def _without(consent: Consent) -> Outcome | None:
    """Give the outcome for what is no user."""
    if consent.ref.object == USER:
        return None
    if consent.ref.object == TICKET:
        return _outcome(consent, OutcomeState.GONE)
    return _outcome(consent, OutcomeState.BLOCKED, why=_UNKNOWN_KIND)


def _after(consent: Consent, users: Users, target: int, ask: _Question, batch: _Batch) -> Outcome:
    """Give the outcome of a write by what the user holds now."""
    user = users.get(target)
    if user is not None:
        if ask.is_out(user):
            return _outcome(consent, OutcomeState.BLOCKED, why=_OPTED_OUT)
        if ask.field.is_told(user, consent):
            return _done(consent, user)
        if not is_customer(user):
            return _outcome(consent, OutcomeState.GONE)
    if target in batch.refused:
        return _outcome(consent, OutcomeState.BLOCKED, why=_NOT_TAKEN)
    if user is None and target not in batch.waits:
        return _outcome(consent, OutcomeState.GONE)
    pause = batch.waits.get(target, _UNDONE_PAUSE)
    return _outcome(consent, OutcomeState.LATER, retry_after=pause)


def _done(consent: Consent, user: Mapping[str, Any]) -> Outcome:
    changed = user.get("updated_at")
    return Outcome(
        id=consent.id,
        ref=consent.ref,
        state=OutcomeState.DONE,
        version=changed if isinstance(changed, str) else None,
        confirmed=True,
    )


def _outcome(
    consent: Consent,
    state: OutcomeState,
    *,
    why: Words | None = None,
    retry_after: float | None = None,
) -> Outcome:
    return Outcome(id=consent.id, ref=consent.ref, state=state, why=why, retry_after=retry_after)
