"""A plugin for a gateway that knows no keys: what is posted twice arrives twice."""

from dataclasses import replace

from connectors.sandbox_gateway.client import PhoneClient
from connectors.sandbox_gateway.gateway import PhoneGateway
from connectors.sandbox_gateway.settings import SandboxGatewaySettings
from hub.sdk import Account, Connection, GatewayProfile, MessageGateway, Settings, hookimpl


class PlainGateway(PhoneGateway):
    """The sandbox's gateway, of which the hub must not repeat anything."""

    @property
    def profile(self) -> GatewayProfile:
        """That of the sandbox, without the keys."""
        return replace(super().profile, idempotency="none")


@hookimpl
def connection_settings() -> type[Settings]:
    """Give the settings of one sandbox account."""
    return SandboxGatewaySettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """Sign in with the API key and say whose account it is."""
    return PhoneClient(connection).account()


@hookimpl
def message_gateway(connection: Connection) -> MessageGateway:
    """Give the object that sends, listens and looks up."""
    return PlainGateway(connection)
