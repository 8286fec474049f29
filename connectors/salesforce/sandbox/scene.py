"""What Salesforce's sandbox brings to the demo: Contacts and Leads and their opt-outs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub.sdk import Ref
from hub.testing.scene import Scene

if TYPE_CHECKING:
    from connectors.salesforce.sandbox import SalesforceSandbox

NAME = "salesforce-crm"


def scene(sandbox: "SalesforceSandbox") -> Scene:
    """Give the scene of a running sandbox."""
    settings = sandbox.connection_settings()
    secret = settings["webhook_secret"]

    def listen(addresses: Mapping[str, str]) -> None:
        for name in ("Contact", "Lead"):
            # As the manual asks: the integration user sends no outbound messages of its own.
            sandbox.outbound_to(addresses[NAME] + secret, object=name, own_writes=False)

    def opted_out(ref: Ref) -> bool:
        return bool(sandbox.hand.value(ref.id, "SMS_Opt_Out__c"))

    def shows(ref: Ref) -> str:
        at = sandbox.hand.value(ref.id, "SMS_Opt_Out_Date__c")
        out = sandbox.hand.value(ref.id, "SMS_Opt_Out__c")
        return f"SMS配信停止 = {'✓' if out else '(空)'}{f' ({at[:16]} UTC)' if at else ''}"

    return Scene(
        plugin="salesforce",
        connections={NAME: {"label": "Salesforce", **settings}},
        people=NAME,
        listen=listen,
        happening=None,
        opted_out=opted_out,
        shows=shows,
    )
