"""The audit trail: who did what, when, from where."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import access


def add_audit(
    tx: Tx,
    *,
    at: datetime,
    actor: str,
    action: str,
    object_: str,
    address: str | None,
    detail: Mapping[str, Any],
) -> None:
    """Add a row to the audit trail. `detail` holds ids and counts, never a number or a text."""
    tx.execute(
        sa.insert(access.audit).values(
            at=at,
            actor=actor,
            action=action,
            object=object_,
            address=address,
            detail=dict(detail),
        )
    )
