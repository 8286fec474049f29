"""Twilio: SMS to most countries, with signed reports and replies."""

from hub.sdk import Account, Connection, MessageGateway, Settings, hookimpl

from .account import account
from .gateway import TwilioGateway
from .settings import TwilioSettings


@hookimpl
def connection_settings() -> type[Settings]:
    """Give the settings of one Twilio account."""
    return TwilioSettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """Sign in with every credential the settings have, and say whose account it is."""
    return account(connection)


@hookimpl
def message_gateway(connection: Connection) -> MessageGateway:
    """Give the object that sends, listens and looks up."""
    return TwilioGateway(connection)
