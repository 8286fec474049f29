# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing opt-outs into users, up to a hundred a call, and reading every one back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.sdk import (
    Change,
    Connection,
    FieldMapping,
    OptOut,
    Outcome,
    OutcomeState,
    TransientError,
    Words,
)

from . import job
from .approval import check_opt_out
from .client import MANY, ZendeskClient
from .formwatch import FormWatch
from .job import JobEnd
from .optoutfield import OptOutField, Writing
from .refusals import MISSING
from .user import TICKET, USER, number_in

_UNDONE_PAUSE = 60.0

_STAYS_OUT = Words(
    ja="Zendesk側でその後に配信停止された可能性があるため、配信停止のままにしました。"
    "本人が再度同意している場合は、Zendeskのユーザーで配信停止を解除してください。",
    en="The user may have been opted out in Zendesk since, so they stay opted out. "
    "If the person agreed again, take the opt-out back on the user in Zendesk.",
)
_NOT_TAKEN = Words(
    ja="Zendeskがこのユーザーの更新を受け付けませんでした。"
    "Zendeskでユーザーを開いて保存し、表示されたエラーを直してください。",
    en="Zendesk did not take the update of this user. "
    "Open the user in Zendesk, save it, and set right what it complains about.",
)
_UNKNOWN_KIND = Words(
    ja="Zendeskのユーザーでもチケットでもないレコードです。接続先を確認してください。",
    en="The record is neither a user nor a ticket of Zendesk. Check where the record comes from.",
)


@dataclass(kw_only=True)
class _Batch:
    """What is being written: for each user the change, and afterwards why it may have failed.

    `change` says what is asked for each user, for several records can mean one user.
    """

    writes: dict[int, Writing] = field(default_factory=dict)
    change: dict[int, Change] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    waits: dict[int, float | None] = field(default_factory=dict)


class ZendeskOptOuts:
    """Writes opt-outs to the users of one account; one for a ticket goes to its requester."""

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

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        """Write each opt-out or restore and read it back; give one outcome for each.

        Raises ConfigError where the mapping names no field that can be written.
        """
        form = self._watch.recent()
        mapping = self._connection.mapping or FieldMapping(phone="")
        check_opt_out(form, mapping, self._connection)
        opt_out_field = OptOutField.of(form, mapping)
        targets = self._targets(opt_outs)
        users = self._client.users(sorted(set(targets.values())))
        batch = _Batch()
        settled: dict[str, Outcome] = {}
        # Opt-outs first: where one user has both in a batch, the restore waits and looks again.
        # Users before tickets: a user's record has a version, by which a restore may be allowed.
        for opt_out in sorted(
            opt_outs, key=lambda each: (each.change is Change.RESTORE, each.ref.object == TICKET)
        ):
            outcome = _plan(opt_out, targets.get(opt_out.id), users, opt_out_field, batch)
            if outcome:
                settled[opt_out.id] = outcome
        self._write(batch)
        again = self._read_back(batch)
        return [
            settled.get(opt_out.id)
            or _after(opt_out, targets[opt_out.id], again, opt_out_field, batch)
            for opt_out in opt_outs
        ]

    def _targets(self, opt_outs: Sequence[OptOut]) -> dict[str, int]:
        numbers = {each.id: number_in(each.ref) for each in opt_outs}
        asked = {numbers[each.id] for each in opt_outs if each.ref.object == TICKET}
        tickets = self._client.tickets(sorted(asked - {0}))
        targets: dict[str, int] = {}
        for each in opt_outs:
            target: object = numbers[each.id]
            if each.ref.object == TICKET:
                target = tickets.get(numbers[each.id], {}).get("requester_id")
            if isinstance(target, int) and target:
                targets[each.id] = target
        return targets

    def _write(self, batch: _Batch) -> None:
        fields = [id_ for id_, writing in batch.writes.items() if writing.fields]
        tagged = [id_ for id_, writing in batch.writes.items() if writing.add or writing.remove]
        try:
            while fields:
                self._update(fields[:MANY], batch)
                fields = fields[MANY:]
            while tagged:
                self._tag(tagged[0], batch)
                tagged = tagged[1:]
        except TransientError as error:
            batch.waits.update(dict.fromkeys([*fields, *tagged], error.retry_after))

    def _update(self, ids: Sequence[int], batch: _Batch) -> None:
        job_id = self._client.update_users(
            [{"id": id_, "user_fields": dict(batch.writes[id_].fields)} for id_ in ids]
        )
        end = self._wait(lambda: self._client.job(job_id))
        batch.refused |= end.failed
        if not end.ended:
            batch.waits.update(dict.fromkeys(ids, _UNDONE_PAUSE))

    def _tag(self, user_id: int, batch: _Batch) -> None:
        writing = batch.writes[user_id]
        refusal = None
        if writing.add:
            refusal = self._client.add_tags(user_id, writing.add)
        if writing.remove:
            refusal = self._client.remove_tags(user_id, writing.remove)
        if refusal and refusal.status != MISSING:
            batch.refused.add(user_id)

    def _read_back(self, batch: _Batch) -> Mapping[int, Mapping[str, Any]] | None:
        try:
            return self._client.users(sorted(batch.writes))
        except TransientError as error:
            # What was ordered may be there or not: a job can say done and have changed nothing.
            batch.waits.update(dict.fromkeys(batch.writes, error.retry_after))
            return None


def _plan(
    opt_out: OptOut,
    target: int | None,
    users: Mapping[int, Mapping[str, Any]],
    opt_out_field: OptOutField,
    batch: _Batch,
) -> Outcome | None:
    """Put what is to be written into the batch, or give the outcome that is known already."""
    if opt_out.ref.object not in (USER, TICKET):
        return _outcome(opt_out, OutcomeState.BLOCKED, why=_UNKNOWN_KIND)
    user = users.get(target) if target is not None else None
    if user is None or target is None or user.get("active") is False:
        return _outcome(opt_out, OutcomeState.GONE)
    if opt_out.change is Change.OPT_OUT:
        batch.change[target] = opt_out.change
        writing = opt_out_field.to_opt_out(user, opt_out.at)
        if not writing:
            return _done(opt_out, user)
        batch.writes.setdefault(target, writing)
        return None
    if target in batch.change:
        same = batch.change[target] is Change.RESTORE
        return None if same else _outcome(opt_out, OutcomeState.LATER)
    if not opt_out_field.is_out(user):
        return _done(opt_out, user)
    ours = opt_out.version is not None and opt_out.version == _version(opt_out, user)
    if not (ours or opt_out_field.was_before(user, opt_out.at)):
        return _outcome(opt_out, OutcomeState.BLOCKED, why=_STAYS_OUT)
    batch.writes[target] = opt_out_field.to_restore(user)
    batch.change[target] = opt_out.change
    return None


def _after(
    opt_out: OptOut,
    target: int,
    again: Mapping[int, Mapping[str, Any]] | None,
    opt_out_field: OptOutField,
    batch: _Batch,
) -> Outcome:
    """Give the outcome of a write by what the user holds now."""
    if again is not None:
        user = again.get(target)
        if user is None or user.get("active") is False:
            return _outcome(opt_out, OutcomeState.GONE)
        if opt_out_field.is_out(user) == (opt_out.change is Change.OPT_OUT):
            return _done(opt_out, user)
    if target in batch.refused:
        return _outcome(opt_out, OutcomeState.BLOCKED, why=_NOT_TAKEN)
    pause = batch.waits.get(target, _UNDONE_PAUSE)
    return _outcome(opt_out, OutcomeState.LATER, retry_after=pause)


def _done(opt_out: OptOut, user: Mapping[str, Any]) -> Outcome:
    return Outcome(
        id=opt_out.id,
        ref=opt_out.ref,
        state=OutcomeState.DONE,
        version=_version(opt_out, user),
        confirmed=True,
    )


def _version(opt_out: OptOut, user: Mapping[str, Any]) -> str | None:
    # A ticket's record has no version, see `ticket`.
    changed = user.get("updated_at")
    return changed if isinstance(changed, str) and opt_out.ref.object == USER else None


def _outcome(
    opt_out: OptOut,
    state: OutcomeState,
    *,
    why: Words | None = None,
    retry_after: float | None = None,
) -> Outcome:
    return Outcome(id=opt_out.id, ref=opt_out.ref, state=state, why=why, retry_after=retry_after)
