"""The audit trail of the console: who saw or changed what, from which address."""

from collections.abc import Mapping
from typing import Any

from flask import g, request

from hub.factory import Hub
from hub.store.audit import add_audit


def note(hub: Hub, action: str, object_: str, detail: Mapping[str, Any] | None = None) -> None:
    """Add a row for the signed-in user. Never holds a number, a name or a text.

    `detail` holds ids and counts.
    """
    with hub.database.write() as tx:
        add_audit(
            tx,
            at=hub.clock(),
            actor=f"user:{g.session.user.id}",
            action=action,
            object_=object_,
            address=request.remote_addr,
            detail=detail or {},
        )
