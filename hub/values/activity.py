"""Notes the hub leaves on a record about the SMS it sent."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.values.ref import Ref


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One thing that happened to one SMS, to be noted on the record it belongs to.

    `id` stays the same over all tries. `thread` is the message: sinks that can fold several notes
    into one do it by thread. `text` is a ready sentence without number and without the SMS text;
    where `state` is `replied` it holds what the person wrote back.
    """

    id: str
    ref: Ref
    thread: str
    state: str
    text: str = field(repr=False)
    at: datetime
