"""What was asked for with `hub send`."""

from dataclasses import dataclass
from datetime import datetime

from hub.cli import audit
from hub.cli.output import usage
from hub.messages.orders import SendOrder
from hub.store.connections import ConnectionRow
from hub.values.ref import Ref


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for on the command line."""

    template: str
    people: ConnectionRow
    gateway: ConnectionRow | None
    record: Ref | None
    asked: bool
    number: str
    where: dict[str, list[str]]
    key: str
    owner: int | None
    not_before: datetime | None
    not_after: datetime | None
    as_json: bool

    @property
    def gateway_id(self) -> int | None:
        """The gateway that was named; None leaves it to the routes."""
        return self.gateway.id if self.gateway else None

    @property
    def ref(self) -> Ref:
        """The record that was named. Raises a usage error where none was."""
        if self.record is None:
            raise usage("--record がありません。", "--record is missing.")
        return self.record

    def order(self) -> SendOrder:
        """Give the order of a list send."""
        return SendOrder(
            key=self.key,
            template_key=self.template,
            gateway_id=self.gateway_id,
            connection_id=self.people.id,
            actor=audit.ACTOR,
            owner_id=self.owner,
            where=self.where,
            not_before=self.not_before,
            not_after=self.not_after,
        )
