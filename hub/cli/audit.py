"""What was changed or looked at from the command line goes into the audit trail."""

from hub.factory import Hub
from hub.store.audit import add_audit
from hub.store.database import Tx

ACTOR = "terminal"


def note(hub: Hub, tx: Tx, action: str, object_: str) -> None:
    """Add a row in the caller's transaction. Never holds a number, a name or a text."""
    add_audit(
        tx,
        at=hub.clock(),
        actor=ACTOR,
        action=action,
        object_=object_,
        address=None,
        detail={},
    )
