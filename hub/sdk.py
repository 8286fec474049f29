"""Everything a plugin needs, and the only module of the hub that it imports."""

from hub.errors import (
    AuthError,
    ConfigError,
    HubError,
    PluginBug,
    RecordError,
    RefusedInbound,
    SettingsError,
    TransientError,
)
from hub.hooks import hookimpl
from hub.http import HttpClient, retry_after
from hub.roles import (
    Acknowledges,
    ActivitySink,
    ConsentSink,
    ContactSource,
    EventTrigger,
    FindsSent,
    LooksUp,
    MessageGateway,
    OptOutSink,
    PollsEvents,
    Preparation,
    ReceivesEvents,
    ReceivesReports,
)
from hub.settings import Secret, SecretText, Settings, is_loopback
from hub.values.activity import Activity
from hub.values.connection import Account, Connection, Usage
from hub.values.consent import Consent
from hub.values.contact import (
    Answer,
    ConsentReading,
    FurtherNumber,
    NumberKind,
    OptOutReading,
    SourceContact,
)
from hub.values.event import Acknowledgement, Event, Inbound
from hub.values.gateway import (
    DeliveryReport,
    GatewayProfile,
    Outgoing,
    Receipt,
    ReceiptState,
    Reply,
    ReportState,
    Sent,
)
from hub.values.mapping import FieldMapping, SourceField
from hub.values.optout import Change, OptOut, Outcome, OutcomeState
from hub.values.page import Page, Skipped
from hub.values.preparation import PreparationStep, Prepared
from hub.values.problem import Problem
from hub.values.ref import Ref
from hub.values.shelf import MemoryShelf, Shelf
from hub.values.words import Words

__all__ = [
    "Account",
    "Acknowledgement",
    "Acknowledges",
    "Activity",
    "ActivitySink",
    "Answer",
    "AuthError",
    "Change",
    "ConfigError",
    "Connection",
    "Consent",
    "ConsentReading",
    "ConsentSink",
    "ContactSource",
    "DeliveryReport",
    "Event",
    "EventTrigger",
    "FieldMapping",
    "FindsSent",
    "FurtherNumber",
    "GatewayProfile",
    "HttpClient",
    "HubError",
    "Inbound",
    "LooksUp",
    "MemoryShelf",
    "MessageGateway",
    "NumberKind",
    "OptOut",
    "OptOutReading",
    "OptOutSink",
    "Outcome",
    "OutcomeState",
    "Outgoing",
    "Page",
    "PluginBug",
    "PollsEvents",
    "Preparation",
    "PreparationStep",
    "Prepared",
    "Problem",
    "Receipt",
    "ReceiptState",
    "ReceivesEvents",
    "ReceivesReports",
    "RecordError",
    "Ref",
    "RefusedInbound",
    "Reply",
    "ReportState",
    "Secret",
    "SecretText",
    "Sent",
    "Settings",
    "SettingsError",
    "Shelf",
    "Skipped",
    "SourceContact",
    "SourceField",
    "TransientError",
    "Usage",
    "Words",
    "hookimpl",
    "is_loopback",
    "retry_after",
]
