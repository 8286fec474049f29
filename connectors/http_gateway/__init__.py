"""A gateway described by a file: KARADEN (空電), 絶対リーチ!SMS, and any other like them."""

from hub.sdk import Account, Connection, MessageGateway, Settings, hookimpl

from .client import VendorClient
from .gateway import AskableGateway, HttpGateway
from .settings import HttpSettings
from .vendorfile import of


@hookimpl
def connection_settings() -> type[Settings]:
    """Give the settings of one account at a vendor."""
    return HttpSettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """Sign in by asking for an SMS that cannot exist; nothing is sent."""
    return VendorClient(connection, of(connection)).account()


@hookimpl
def message_gateway(connection: Connection) -> MessageGateway:
    """Give the object that sends, listens, and looks up where the vendor can be asked."""
    vendor = of(connection)
    if vendor.look_up is None:
        return HttpGateway(connection, vendor)
    return AskableGateway(connection, vendor, vendor.look_up)
