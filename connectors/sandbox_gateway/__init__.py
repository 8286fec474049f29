"""A gateway that reaches no carrier: its SMS arrive on a phone in the browser."""

from hub.sdk import Account, Connection, MessageGateway, Settings, hookimpl

from .client import PhoneClient
from .gateway import PhoneGateway
from .settings import SandboxGatewaySettings


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
    return PhoneGateway(connection)
