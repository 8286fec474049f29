# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's part in the demo: an agent's ticket asks for an SMS."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.zendesk.sandbox.people import STOP_TAG
from hub.sdk import Ref
from hub.testing.roster import Verdict, first
from hub.testing.scene import Happening, Scene

if TYPE_CHECKING:
    from connectors.zendesk.sandbox import ZendeskSandbox

_DESK = "zendesk-desk"


def scene(sandbox: "ZendeskSandbox") -> Scene:
    """Give the scene of a running sandbox."""

    def listen(addresses: Mapping[str, str]) -> None:
        sandbox.listen(addresses[_DESK])

    def ask() -> Ref:
        guest = first(sandbox.people, Verdict.CONSENTED, zendesk=True)
        if guest is None:
            raise LookupError("the roster has nobody in Zendesk who agreed")
        number = sandbox.ticket_of(guest.index)
        sandbox.ask_for_sms(number)
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
            text="{{name}}様 お問い合わせの件でお電話します。{{sender_name}}",
            make=ask,
            noted=noted,
        ),
        opted_out=opted_out,
        shows=shows,
    )
