"""The hooks a plugin can implement. The ones it has are what it can do.

Every hook asks ONE plugin about ONE connection and gets an object. There are no broadcast calls,
no order among plugins, no firstresult and no wrappers (the loader refuses them): a plugin that
raises can then never silence another. All foreign code runs under one guard, with a time limit.

Specification 1.0. Names and arguments never change within 1.x; the objects may grow. Each hook
says what the caller gets, when it is asked, what the object does, what happens on failure, since
when it is there and which plugins of this repository use it.
"""

from hub.hooks import hookspec
from hub.roles import (
    ActivitySink,
    ConsentSink,
    ContactSource,
    EventTrigger,
    MessageGateway,
    OptOutSink,
    Preparation,
)
from hub.settings import Settings
from hub.values.connection import Account, Connection

VERSION = "1.0"
ENTRY_POINTS = "hub.plugins.v1"


@hookspec
def connection_settings() -> type[Settings]:  # type: ignore[empty-body]
    """Give the class that describes and checks a connection's settings.

    Asked once, when the plugin is loaded. The same class checks plugins.toml and REST input and
    draws the console's form, so every field has a label and a help sentence.

    Every plugin has this hook. If it raises, the plugin is not loaded and its connections are
    shown as broken. Since spec 1.0. Used by: http_gateway, kintone, mediasms, salesforce,
    sandbox_gateway, twilio, zendesk.
    """


@hookspec
def check_connection(connection: Connection) -> Account:  # type: ignore[empty-body]
    """Sign in and give the account that the platform says we are.

    Asked by the "Test" button, by `hub doctor`, and before a connection is enabled. Makes real
    calls and changes nothing. What does not fit in the mapping is raised as one SettingsError with
    every problem in it; the account may tell how much of the platform's limit is used.

    If it raises, the sentence of the error is shown and the connection is not enabled. A plugin
    without this hook cannot be tested, only tried. Since spec 1.0. Used by: http_gateway, kintone,
    mediasms, salesforce, sandbox_gateway, twilio, zendesk.
    """


@hookspec
def contact_source(connection: Connection) -> ContactSource:  # type: ignore[empty-body]
    """Give the object that reads this connection's people and what they agreed to.

    Asked once per connection and process, before the first pull, look-up or field discovery.
    The source reads pages of records, single records again, and the list of all record ids.

    If a call raises, the pull stops behind the last committed page and goes on from there later;
    ConfigError on a mapped consent field suspends the connection's grounds. Since spec 1.0.
    Used by: kintone, salesforce, zendesk.
    """


@hookspec
def event_trigger(connection: Connection) -> EventTrigger:  # type: ignore[empty-body]
    """Give the object that tells what happened in this connection's platform.

    Asked once per connection and process, when the first webhook arrives or the first poll is due.
    The trigger checks a request and gives the events in it, or is polled, or both.

    If `receive` refuses, the caller gets its status and nothing changes; if it breaks, the caller
    gets 503 and may repeat. Since spec 1.0. Used by: kintone, salesforce, zendesk.
    """


@hookspec
def opt_out_sink(connection: Connection) -> OptOutSink:  # type: ignore[empty-body]
    """Give the object that writes a refusal back to this connection's platform.

    Asked once per connection and process, before the first push.
    The sink is told which records to change and answers with one outcome for each.

    If it raises, the pushes stay open and are tried again. Since spec 1.0.
    Used by: kintone, salesforce, zendesk.
    """


@hookspec
def consent_sink(connection: Connection) -> ConsentSink:  # type: ignore[empty-body]
    """Give the object that writes a consent back to this connection's platform.

    Asked once per connection and process, before the first consent that was given on the hub's
    own form or through its API and that a record with the same number should show.
    The sink is told which records to change and answers with one outcome for each.

    If it raises, the consents stay open and are tried again; an opt-out ends them. Since spec 1.0.
    Used by: kintone, salesforce, zendesk.
    """


@hookspec
def activity_sink(connection: Connection) -> ActivitySink:  # type: ignore[empty-body]
    """Give the object that notes on a record what became of its SMS.

    Asked once per connection and process, before the first note.
    The sink is told what happened and answers with one outcome for each note.

    If it raises, the notes stay open and are tried again for three days. Since spec 1.0.
    Used by: kintone, salesforce, zendesk.
    """


@hookspec
def preparation(connection: Connection) -> Preparation:  # type: ignore[empty-body]
    """Give the object that makes in the platform what this connection needs there.

    Asked when an admin runs `hub prepare`.
    The object says what it can make and what is there already, and makes one thing at a time.

    If it raises, the sentence of the error is shown and what was made stays. A plugin without
    this hook has its platform prepared by hand. Since spec 1.0. Used by: zendesk.
    """


@hookspec
def message_gateway(connection: Connection) -> MessageGateway:  # type: ignore[empty-body]
    """Give the object that sends SMS through this connection's account.

    Asked once per connection and process by the dispatcher, which alone may send.
    The gateway sends one SMS at a time, from several threads; it may also receive reports and
    replies (`ReceivesReports`) and look an SMS up by our key
    (`LooksUp`) or by what was sent (`FindsSent`).

    If `send` raises AuthError, the connection is parked and its messages wait; anything else
    that is not an answer makes that one message unknown. Since spec 1.0. Used by:
    http_gateway, mediasms, sandbox_gateway, twilio.
    """
