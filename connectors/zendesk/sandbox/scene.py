# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's part in the demo: a ticket asks for an SMS to its requester's other mobile."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.zendesk.sandbox.people import STOP_TAG, second_mobile
from hub.sdk import Ref
from hub.testing.scene import Happening, Scene

if TYPE_CHECKING:
    from connectors.zendesk.sandbox import ZendeskSandbox

_DESK = "zendesk-desk"


def scene(sandbox: "ZendeskSandbox") -> Scene:
    """Give the scene of a running sandbox."""

    def listen(addresses: Mapping[str, str]) -> None:
        sandbox.listen(addresses[_DESK])

    def ask() -> Ref:
        index = next(filter(second_mobile, range(1, sandbox.people + 1)), None)
        if index is None:
            raise LookupError("the roster has nobody with two mobiles")
        # The agent writes into the ticket that the requester wants it on the other one.
        number = sandbox.ticket_of(index)
        sandbox.ask_for_sms(number, number=(second_mobile(index) or "")[-4:])
        return Ref("ticket", str(number))

    def user_of(ref: Ref) -> dict[str, Any]:
        if ref.object == "ticket":
            return sandbox.user(sandbox.ticket(ref.id)["requester_id"])
        return sandbox.user(ref.id)

    def noted(ref: Ref) -> list[str]:
        return [text for text in sandbox.comments_of(ref.id) if "SMS" in text]

    def opted_out(ref: Ref) -> bool:
        return bool(user_of(ref)["user_fields"].get("sms_opt_out"))

    def shows(ref: Ref) -> str:
        user = user_of(ref)
        stopped = "はい" if user["user_fields"].get("sms_opt_out") else "いいえ"
        tag = f" タグ {STOP_TAG}" if STOP_TAG in user["tags"] else ""
        return f"配信停止 = {stopped}{tag}"

    return Scene(
        plugin="zendesk",
        connections={_DESK: {"label": "Zendesk 窓口", **sandbox.connection_settings()}},
        people=_DESK,
        listen=listen,
        happening=Happening(
            connection=_DESK,
            event_type="ticket_sms_requested",
            label="お問い合わせへの連絡",
            text="{{name}}様 ご指定の番号へお電話します。{{sender_name}}",
            make=ask,
            noted=noted,
        ),
        opted_out=opted_out,
        shows=shows,
    )
