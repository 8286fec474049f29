"""Telling the platforms of consents: due pushes in batches, tried until each is acknowledged.

Opt-outs go their own way and never wait for this. One that comes while a consent is still to be
told ends that consent's push: a record must not be made to say yes after its person said stop.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from hub.contacts.telling import stands_for
from hub.errors import AuthError, ConfigError, HubError, TransientError
from hub.optout.pushes import BATCH, CLAIM_FOR, settled
from hub.roles import ConsentSink
from hub.store import consent_pushes as queries
from hub.store import pushes as push_rows
from hub.store.connections import ConnectionRow
from hub.store.consent_pushes import ClaimedConsent
from hub.store.database import Database
from hub.values.consent import Consent
from hub.values.optout import Outcome, OutcomeState
from hub.values.ref import Ref
from hub.values.words import Words

LATEST = timedelta(days=30)
"""For how long a consent is worth telling; a platform that does not take it by then never does."""

_NO_SINK = Words(
    "この接続のプラグインは許諾を書き戻せません。接続先で手作業で反映してください。",
    "This connection's plugin cannot write consents back. Change the record in the platform.",
)
_OTHER_PURPOSE = Words(
    "この接続の許諾フィールドは、本人が同意した利用目的のものではなくなったため、書き込みませんでした。"
    "mapping.purposeを確認してください。",
    "The consent field of this connection stands for something else by now than the person agreed "
    "to, so nothing was written. Check mapping.purpose.",
)


class Platforms(Protocol):
    """What is needed of the directory of connections."""

    def by_id(self, connection_id: int) -> ConnectionRow: ...  # noqa: D102

    def consent_sink(self, connection_id: int) -> ConsentSink | None: ...  # noqa: D102

    def park(self, connection_id: int, words: Words) -> None: ...  # noqa: D102


def push_consents(
    db: Database, connections: Platforms, clock: Callable[[], datetime], limit: int = 500
) -> int:
    """Try due pushes of consents, a batch of each connection; give how many were tried.

    Disabled and parked connections are left alone until they are in order again: unlike an
    opt-out, a consent that is told late does no harm.
    """
    tried = 0
    with db.read() as tx:
        waiting = queries.due_connections(tx, clock())
    for connection_id in waiting:
        row = connections.by_id(connection_id)
        while row.enabled and row.state != "parked" and tried < limit:
            count = _batch(db, connections, row, clock, min(BATCH, limit - tried))
            tried += count
            if count == 0:
                break
    return tried


def _batch(
    db: Database,
    connections: Platforms,
    row: ConnectionRow,
    clock: Callable[[], datetime],
    limit: int,
) -> int:
    with db.write() as tx:
        now = clock()
        queries.overtaken(tx, row.id, now, now - LATEST)
        claimed = queries.claim(tx, row.id, now, now + CLAIM_FOR, limit)
    if not claimed:
        return 0
    # The mapping may have changed since: a tick must never come to mean more than was agreed to.
    fits = [each.purpose_key in stands_for(row, each.ref) for each in claimed]
    told = [each for each, fit in zip(claimed, fits, strict=True) if fit]
    others = [each for each, fit in zip(claimed, fits, strict=True) if not fit]
    outcomes = {
        **_all(others, OutcomeState.BLOCKED, _OTHER_PURPOSE),
        **(_tell(connections, row, told) if told else {}),
    }
    now = clock()
    with db.write() as tx:
        queries.settle(tx, [settled(each, outcomes.get(each.key), now) for each in claimed])
        push_rows.remember_versions(
            tx,
            row.id,
            {
                str(outcome.ref): outcome.version
                for outcome in outcomes.values()
                if outcome.state is OutcomeState.DONE and outcome.version
            },
        )
    return len(claimed)


def _tell(
    connections: Platforms, row: ConnectionRow, claimed: Sequence[ClaimedConsent]
) -> Mapping[str, Outcome]:
    try:
        sink = connections.consent_sink(row.id)
        if sink is None:
            return _all(claimed, OutcomeState.BLOCKED, _NO_SINK)
        told = sink.record([_consent(each) for each in claimed])
        return {outcome.id: outcome for outcome in told}
    except AuthError as exc:
        connections.park(row.id, exc.words)
        return _all(claimed, OutcomeState.LATER, exc.words)
    except ConfigError as exc:
        return _all(claimed, OutcomeState.BLOCKED, exc.words)
    except TransientError as exc:
        return _all(claimed, OutcomeState.LATER, exc.words, exc.retry_after)
    except HubError as exc:
        return _all(claimed, OutcomeState.LATER, exc.words)


def _all(
    claimed: Sequence[ClaimedConsent],
    state: OutcomeState,
    why: Words,
    retry_after: float | None = None,
) -> Mapping[str, Outcome]:
    return {
        each.key: Outcome(
            id=each.key,
            ref=Ref.parse(each.ref),
            state=state,
            why=why,
            retry_after=retry_after,
        )
        for each in claimed
    }


def _consent(each: ClaimedConsent) -> Consent:
    return Consent(
        id=each.key,
        ref=Ref.parse(each.ref),
        purpose=each.purpose_key,
        at=each.acted_at,
        method=each.method,
        until=each.expires_at,
        wording=each.wording,
        form_url=each.form_url,
    )
