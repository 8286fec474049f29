"""kintone's part in the demo: 顧客管理 vouches for people, 予約 makes an SMS leave."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.kintone.sandbox.people import BOOKINGS, CUSTOMERS, STOPPED
from hub.sdk import Ref
from hub.testing.roster import person
from hub.testing.scene import Happening, Scene

if TYPE_CHECKING:
    from connectors.kintone.sandbox import KintoneSandbox

_GUEST = 3
"""The index of the person whose booking the demo makes."""


def scene(sandbox: "KintoneSandbox") -> Scene:
    """Give the scene of a running sandbox."""
    crm = sandbox.connection_settings()
    key = crm["webhook_key"]
    bookings = {
        **{name: value for name, value in crm.items() if name != "mapping"},
        "label": "kintone 予約",
        "app": BOOKINGS,
        "api_token": sandbox.credentials()["apps"][str(BOOKINGS)],
        "mapping": {
            "phone": "携帯番号",
            "name": "氏名",
            "opt_out": "配信停止",
            "opt_out_value": [STOPPED],
            "attributes": {"menu": "メニュー", "store": "店舗"},
        },
    }

    def listen(addresses: Mapping[str, str]) -> None:
        # Not comments: the hub writes some itself, and kintone drops what is over 60 a minute.
        events = ("ADD_RECORD", "UPDATE_RECORD", "DELETE_RECORD")
        for name, app in (("kintone-crm", CUSTOMERS), ("kintone-bookings", BOOKINGS)):
            sandbox.webhook_to(addresses[name] + key, events=events, app=app)

    def book() -> Ref:
        guest = person(_GUEST)
        values: dict[str, Any] = {
            "予約番号": "B900001",
            "顧客コード": guest.customer_code,
            "氏名": guest.name,
            "携帯番号": guest.typed,
            "来店日時": "2026-12-01T01:00:00Z",
            "店舗": guest.store,
            "メニュー": "カット",
        }
        return Ref(str(BOOKINGS), sandbox.add(values, app=BOOKINGS))

    def opted_out(ref: Ref) -> bool:
        return bool(sandbox.value(ref.id, "配信停止", app=int(ref.object)) == [STOPPED])

    def shows(ref: Ref) -> str:
        value = sandbox.value(ref.id, "配信停止", app=int(ref.object))
        return f"配信停止 = {', '.join(value) or '(空)'}"

    return Scene(
        plugin="kintone",
        connections={
            "kintone-crm": {"label": "kintone 顧客管理", **crm},
            "kintone-bookings": bookings,
        },
        people="kintone-crm",
        listen=listen,
        happening=Happening(
            connection="kintone-bookings",
            event_type="record_added",
            label="予約確認",
            text="{{name}}様 ご予約を承りました({{menu}}・{{store}}店)。{{sender_name}}",
            make=book,
            noted=lambda ref: sandbox.comments_of(ref.id, app=int(ref.object)),
        ),
        opted_out=opted_out,
        shows=shows,
    )
