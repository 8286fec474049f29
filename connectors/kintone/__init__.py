"""kintone: people, consent and events of one app."""

from hub.sdk import (
    Account,
    ActivitySink,
    Connection,
    ConsentSink,
    ContactSource,
    EventTrigger,
    OptOutSink,
    Settings,
    hookimpl,
)

from .account import whoami
from .client import KintoneClient
from .consents import KintoneConsents
from .contacts import KintoneContacts
from .settings import KintoneSettings
from .sinks import KintoneNotes, KintoneOptOuts
from .triggers import KintoneTriggers


@hookimpl
def connection_settings() -> type[Settings]:
    """What the hub must know to reach one app."""
    return KintoneSettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """The app that the API token opens, by its name."""
    return whoami(KintoneClient(connection), connection)


@hookimpl
def contact_source(connection: Connection) -> ContactSource:
    """The people in the app and what they agreed to."""
    return KintoneContacts(connection)


@hookimpl
def event_trigger(connection: Connection) -> EventTrigger:
    """The app's webhooks."""
    return KintoneTriggers(connection)


@hookimpl
def opt_out_sink(connection: Connection) -> OptOutSink:
    """The app's opt-out field."""
    return KintoneOptOuts(connection)


@hookimpl
def consent_sink(connection: Connection) -> ConsentSink:
    """The app's consent field, with the fields that prove it."""
    return KintoneConsents(connection)


@hookimpl
def activity_sink(connection: Connection) -> ActivitySink:
    """The comments on the app's records."""
    return KintoneNotes(connection)
