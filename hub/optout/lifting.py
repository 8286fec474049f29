"""Taking one exclusion off the list by a signed paper of the person's.

Nobody else's word does: a call may be anybody's, and what a platform shows is no act of a person.
"""

from collections.abc import Collection
from datetime import datetime

from hub.consent import exclusions
from hub.consent.entry import EventType, Method
from hub.optout.act import AHEAD
from hub.optout.restoring import tell_records
from hub.optout.said import Said, Saying, write
from hub.store import erasure
from hub.store import exclusions as exclusion_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import lock_contacts


def lift(
    tx: Tx,
    cipher: Cipher,
    *,
    exclusion_id: int,
    signed_at: datetime,
    paper: str,
    actor: str,
    now: datetime,
    sink_connections: Collection[int],
    controller: str = "",
) -> bool:
    """Lift an exclusion because the person signed a paper after they had said stop; say whether.

    `paper` names where the paper is kept. What the exclusion ended stands again, and no consent is
    made that was not there. Nothing is lifted where the person said stop at the same time or
    later, where the paper is dated ahead of now, or where there is no such standing exclusion.
    """
    row = exclusion_rows.by_id(tx, exclusion_id)
    if row is None:
        return False
    lock_contacts(tx, [row.contact_id])
    row = exclusion_rows.by_id(tx, exclusion_id)
    if row is None or row.lifted_at is not None:
        return False
    if signed_at > now + AHEAD or row.said_last >= signed_at:
        return False
    erasure.come_back(tx, [row.contact_id], signed_at, records=True)
    exclusions.lift(tx, [row.id], by=actor, why="paper", now=now)
    said = Said(
        method=Method.PAPER,
        actor=actor,
        connection_id=None,
        source_ref=None,
        ip=None,
        user_agent=None,
        controller=controller,
        attachments=(paper,),
    )
    saying = Saying(exclusion=row, said=said, occurred_at=signed_at)
    write(tx, cipher, EventType.RENEWED, [saying], now)
    tell_records(
        tx,
        row.contact_id,
        [row],
        acted_at=signed_at,
        sink_connections=sink_connections,
        now=now,
    )
    return True
