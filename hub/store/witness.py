"""What a transaction says of the exclusion list, told to whoever keeps it outside the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import sqlalchemy as sa

SAID = "hub_said"
"""The execution option of a write transaction under which its sayings are gathered."""


@dataclass(frozen=True, kw_only=True)
class Saying:
    """One change of the exclusion list, by the exclusion's own name (`key`). Times are UTC.

    `stop` puts a number on the list, `again` says that the person said it once more at `acted_at`,
    `lift` takes it off. `why` is the code of a lift; `origin` and `actor` are those of the stop.
    """

    change: Literal["stop", "again", "lift"]
    key: str
    contact_id: int
    scope: str
    origin: str
    actor: str
    acted_at: datetime
    at: datetime
    why: str = ""


class Witness(Protocol):
    """Keeps the changes of the exclusion list outside the store."""

    def before(self, tx: sa.Connection, said: Sequence[Saying]) -> None:
        """Hear what a transaction is about to commit. Must not raise: the person comes first."""

    def after(self, said: Sequence[Saying]) -> None:
        """Hear that it was committed. Must not raise."""


def tell(tx: sa.Connection, said: Sequence[Saying]) -> None:
    """Gather what this transaction says; lost where it is none that writes."""
    tx.get_execution_options().get(SAID, []).extend(said)
