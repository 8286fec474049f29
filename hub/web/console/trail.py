"""The audit trail of the console: who saw or changed what, from which address."""

from collections.abc import Mapping
from typing import Any

from flask import g, request

from hub.access.by import By
from hub.factory import Hub


def note(hub: Hub, action: str, object_: str, detail: Mapping[str, Any] | None = None) -> None:
    """Add a row for the signed-in user. Never holds a number, a name or a text.

    `detail` holds ids and counts.
    """
    with hub.database.write() as tx:
        by(hub).note(tx, action, object_, detail)


def by(hub: Hub) -> By:
    """Give who acts in this request, for acts that write their row themselves."""
    return By(actor=f"user:{g.session.user.id}", at=hub.clock(), address=request.remote_addr)
