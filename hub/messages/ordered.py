"""Who ordered a send goes into the audit trail."""

from datetime import datetime

from hub.messages.orders import SendOrder, SingleOrder
from hub.store.audit import add_audit
from hub.store.database import Tx


def note(tx: Tx, order: SendOrder | SingleOrder, send_id: int, now: datetime) -> None:
    """Add the audit row of an order, as the last thing of its transaction.

    What a rule sends by itself is told by the send's own row, which names rule and event: nobody
    acted.
    """
    kind = order.kind if isinstance(order, SingleOrder) else "list"
    if kind == "rule":
        return
    add_audit(
        tx,
        at=now,
        actor=order.actor,
        action="send.ordered",
        object_=f"send:{send_id}",
        address=None,
        detail={"kind": kind},
    )
