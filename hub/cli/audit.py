"""What was changed or looked at from the command line goes into the audit trail."""

from collections.abc import Mapping
from typing import Any

from hub.access.by import By
from hub.factory import Hub
from hub.store.audit import add_audit
from hub.store.database import Tx

ACTOR = "terminal"


def by(hub: Hub) -> By:
    """Give who acts, for acts that write their row themselves."""
    return By(actor=ACTOR, at=hub.clock())


def note(
    hub: Hub, tx: Tx, action: str, object_: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Add a row in the caller's transaction, as the last thing it does.

    Never holds a number, a name or a text; `detail` holds ids and counts.
    """
    add_audit(
        tx,
        at=hub.clock(),
        actor=ACTOR,
        action=action,
        object_=object_,
        address=None,
        detail=detail or {},
    )
