# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk: people, consent, tickets and their events of one account."""

from hub.sdk import (
    Account,
    ActivitySink,
    Connection,
    ConsentSink,
    ContactSource,
    EventTrigger,
    OptOutSink,
    Preparation,
    Settings,
    hookimpl,
)

from .account import whoami
from .client import ZendeskClient
from .consents import ZendeskConsents
from .contacts import ZendeskContacts
from .notes import ZendeskNotes
from .optouts import ZendeskOptOuts
from .preparation import ZendeskPreparation
from .settings import ZendeskSettings
from .triggers import ZendeskTriggers


@hookimpl
def connection_settings() -> type[Settings]:
    """What the hub must know to reach one account."""
    return ZendeskSettings


@hookimpl
def check_connection(connection: Connection) -> Account:
    """The account, and the user as whom the hub works in it."""
    return whoami(ZendeskClient(connection), connection)


@hookimpl
def preparation(connection: Connection) -> Preparation:
    """User fields, webhooks and the trigger, made on request."""
    return ZendeskPreparation(connection)


@hookimpl
def contact_source(connection: Connection) -> ContactSource:
    """The end users of the account and what they agreed to."""
    return ZendeskContacts(connection)


@hookimpl
def event_trigger(connection: Connection) -> EventTrigger:
    """The account's signed webhooks."""
    return ZendeskTriggers(connection)


@hookimpl
def opt_out_sink(connection: Connection) -> OptOutSink:
    """The users' opt-out field or tag."""
    return ZendeskOptOuts(connection)


@hookimpl
def consent_sink(connection: Connection) -> ConsentSink:
    """The users' consent field or tag, with the fields that prove it."""
    return ZendeskConsents(connection)


@hookimpl
def activity_sink(connection: Connection) -> ActivitySink:
    """Internal notes on tickets, and the notes field of users."""
    return ZendeskNotes(connection)
