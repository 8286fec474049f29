"""Which records have to be told that an opt-out ended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hub.store import exclusions as exclusion_rows
from hub.store import further
from hub.store import pushes as queries
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.pushes import NewPush, PushRow


def tell_records(
    tx: Tx,
    contact_id: int,
    lifted: Sequence[ExclusionRow],
    *,
    acted_at: datetime,
    sink_connections: Collection[int],
    now: datetime,
) -> None:
    """Take back what the lifted exclusions told the platforms, unless another one still stands.

    Open pushes of the lifted ones end. Where nothing bars the number any more, every record that
    was told, or may have been, gets a restore; not one whose person opted out by another number
    of theirs, for a record shows one opt-out for all of them.
    """
    pushes = list(queries.of_contacts(tx, [contact_id]))
    ids = {row.id for row in lifted}
    stands = exclusion_rows.active(tx, [contact_id])[contact_id]
    ending = [
        push.id
        for push in pushes
        if push.change == "opt_out" and (push.exclusion_id in ids or not stands)
    ]
    tried = queries.supersede(tx, ending)
    if stands or not lifted:
        return
    records = told(pushes, tried)
    barred = _barred_otherwise(tx, records, contact_id)
    queries.add(
        tx,
        [
            NewPush(
                exclusion_id=lifted[-1].id,
                connection_id=connection_id,
                ref=ref,
                change="restore",
                acted_at=acted_at,
            )
            for connection_id, ref in records
            if connection_id in sink_connections and (connection_id, ref) not in barred
        ],
        now,
    )


def _barred_otherwise(
    tx: Tx, records: Sequence[tuple[int, str]], contact_id: int
) -> frozenset[tuple[int, str]]:
    others = {
        record: ids - {contact_id} for record, ids in further.contacts_of(tx, records).items()
    }
    active = exclusion_rows.active(tx, sorted(frozenset().union(*others.values())))
    return frozenset(record for record, ids in others.items() if any(active[id_] for id_ in ids))


def told(pushes: Sequence[PushRow], tried: Mapping[int, int]) -> list[tuple[int, str]]:
    """Give the records that were told of an opt-out, or may have been, and of no end since.

    `tried` holds newer counts of attempts than the rows do.
    """
    records: dict[tuple[int, str], bool] = {}
    for push in pushes:
        record = (push.connection_id, push.ref)
        if push.change == "restore":
            if push.state != "superseded":
                records[record] = False
        elif push.state != "gone" and tried.get(push.id, push.attempts) > 0:
            records[record] = True
    return [record for record, out in records.items() if out]
