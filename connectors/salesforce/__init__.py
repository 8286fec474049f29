"""Salesforce: people, consent and events of one org."""

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
from .client import SalesforceClient
from .consentsink import SalesforceConsents
from .contacts import SalesforceContacts
from .notes import SalesforceNotes
from .optouts import SalesforceOptOuts
from .settings import SalesforceSettings
from .triggers import SalesforceTriggers


@hookimpl
def connection_settings() -> type[Settings]:
    """What the hub must know to reach one org."""
    return SalesforceSettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """The org and the user the hub signs in as."""
    return whoami(SalesforceClient(connection), connection)


@hookimpl
def contact_source(connection: Connection) -> ContactSource:
    """The Contacts and Leads of the org and what they agreed to."""
    return SalesforceContacts(connection)


@hookimpl
def event_trigger(connection: Connection) -> EventTrigger:
    """Outbound messages, and HTTP callouts of flows."""
    return SalesforceTriggers(connection)


@hookimpl
def opt_out_sink(connection: Connection) -> OptOutSink:
    """The opt-out fields and consent rows of the org."""
    return SalesforceOptOuts(connection)


@hookimpl
def consent_sink(connection: Connection) -> ConsentSink:
    """The consent fields and consent rows of the org, with what proves the consent."""
    return SalesforceConsents(connection)


@hookimpl
def activity_sink(connection: Connection) -> ActivitySink:
    """Tasks on the org's records."""
    return SalesforceNotes(connection)
