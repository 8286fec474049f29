"""Legal holds on one person: set and lifted by an administrator, with why, audited.

Whoever received an order (措置命令) keeps the records of consent for a year from then
(特定電子メール法施行規則 art. 4).
"""

from datetime import datetime, timedelta

from hub.errors import HubError
from hub.store import erasure_holds
from hub.store.audit import add_audit
from hub.store.database import Tx
from hub.store.people import lock_contacts

LEAST = timedelta(days=366)
"""How long a hold stands at least, unless somebody says that it may end sooner."""


def hold(tx: Tx, contact_id: int, *, why: str, by: str, now: datetime) -> bool:
    """Keep everything about a number until the hold is lifted; say whether it is new.

    A hold that stands stays as it began.
    """
    lock_contacts(tx, [contact_id])
    if erasure_holds.find(tx, contact_id) is not None:
        return False
    erasure_holds.put(tx, contact_id, now, why)
    _audit(tx, contact_id, "hold.set", by, now)
    return True


def release(tx: Tx, contact_id: int, *, by: str, now: datetime, sooner: bool = False) -> bool:
    """Lift a hold; say whether there was one. What waited for it goes within a day.

    Raises HubError before the year is over, unless `sooner` says that no order asks for it.
    """
    lock_contacts(tx, [contact_id])
    standing = erasure_holds.find(tx, contact_id)
    if standing is None:
        return False
    if now < standing.at + LEAST and not sooner:
        raise HubError(
            "The hold is younger than the year for which an order (措置命令) asks for the records. "
            "Wait until then, or say that it may end sooner.",
            "保全の開始から1年が経過していません(措置命令を受けた場合は1年間の保存が必要です)。"
            "期間の経過を待つか、早期の解除を指定してください。",
        )
    erasure_holds.lift(tx, contact_id)
    _audit(tx, contact_id, "hold.lifted", by, now)
    return True


def _audit(tx: Tx, contact_id: int, action: str, by: str, now: datetime) -> None:
    add_audit(
        tx,
        at=now,
        actor=by,
        action=action,
        object_=f"contact:{contact_id}",
        address=None,
        detail={},
    )
