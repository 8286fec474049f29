"""Who does something with users and access, from where, when; and the row that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.store.audit import add_audit
from hub.store.database import Tx


@dataclass(frozen=True, kw_only=True)
class By:
    """Who acts (`user:3`, `terminal`), from which address (None: at the terminal), when (UTC)."""

    actor: str
    at: datetime
    address: str | None = None

    def note(
        self, tx: Tx, action: str, object_: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add a row to the audit trail, as the last thing of the caller's transaction."""
        add_audit(
            tx,
            at=self.at,
            actor=self.actor,
            action=action,
            object_=object_,
            address=self.address,
            detail=detail or {},
        )
