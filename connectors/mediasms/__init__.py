"""メディアSMS (MediaSMS-CONSOLE): a Japanese gateway with direct lines to the four carriers."""

from hub.sdk import Account, Connection, MessageGateway, Settings, hookimpl

from .client import MediaClient
from .gateway import MediaGateway
from .settings import MediaSettings


@hookimpl
def connection_settings() -> type[Settings]:
    """Give the settings of one API user."""
    return MediaSettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """Sign in by asking for a result that cannot exist; nothing is sent."""
    return MediaClient(connection).account()


@hookimpl
def message_gateway(connection: Connection) -> MessageGateway:
    """Give the object that sends, listens and looks up."""
    return MediaGateway(connection)
