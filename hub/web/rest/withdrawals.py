"""`/api/v1/withdrawals`: somebody said stop in another system."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from hub.contacts.phone import mask
from hub.factory import Hub
from hub.optout.act import opt_out
from hub.store import people
from hub.store.audit import add_audit
from hub.store.database import Tx
from hub.web.rest import moment
from hub.web.rest.api import Operation, blueprint
from hub.web.rest.consents import WRITE
from hub.web.rest.door import Door, actor, need
from hub.web.rest.number import e164
from hub.web.rest.once import once
from hub.web.rest.schemas import WithdrawalAnswerSchema, WithdrawalSchema


def pages(hub: Hub, door: Door) -> Any:
    """Give the operations on withdrawals."""
    return blueprint(
        "api_withdrawals",
        "Withdrawals made elsewhere",
        door.enter,
        [
            Operation(
                path="/withdrawals",
                method="POST",
                summary="Stop SMS to a number",
                view=_Withdrawals(hub).record,
                takes=WithdrawalSchema,
                gives=WithdrawalAnswerSchema,
                status=201,
                refusals=(400, 401, 403, 413, 415, 422, 429, 503),
            )
        ],
    )


class _Withdrawals:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def record(self, body: dict[str, Any]) -> Response:
        hub = self._hub
        need(WRITE)
        number = e164(body["number"])
        now = hub.clock()
        occurred_at = moment.acted(body.get("occurred_at"), now) or now
        sinks = hub.connections.with_role("opt_out_sink")

        def work(tx: Tx) -> dict[str, object]:
            # Somebody the hub never heard of can say stop too, and must be remembered then.
            contact_id = people.contacts_for(tx, [hub.cipher.lookups(number)], now)[0]
            done = opt_out(
                tx,
                hub.cipher,
                contact_id=contact_id,
                scope=body["scope"],
                origin="api",
                actor=actor(),
                occurred_at=occurred_at,
                now=now,
                sink_connections=sinks,
                note=body.get("note", ""),
                controller=hub.config.sender_name,
            )
            add_audit(
                tx,
                at=now,
                actor=actor(),
                action="opt_out.recorded",
                object_=f"contact:{contact_id}",
                address=request.remote_addr,
                detail={},
            )
            answer: dict[str, object] = WithdrawalAnswerSchema().dump(
                {
                    "number": mask(number),
                    "scope": body["scope"],
                    "already": done.already,
                    "occurred_at": occurred_at,
                }
            )
            return answer

        answer = once(hub, 201, work)
        hub.bells.pushes()
        return answer
