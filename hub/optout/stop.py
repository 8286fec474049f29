"""One stop that was asked for: whose, of what, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent.entry import Method
from hub.consent.exclusions import Origin
from hub.optout.said import Said

METHODS: Mapping[Origin, Method] = {
    Origin.PAGE: Method.PAGE,
    Origin.REPLY: Method.KEYWORD,
    Origin.PLATFORM: Method.RECORD_EVENT,
    Origin.GATEWAY: Method.KEYWORD,
    Origin.AGENT: Method.VOICE,
    Origin.ADMIN: Method.IN_PERSON,
    Origin.IMPORT: Method.IMPORT,
    Origin.API: Method.IMPORT,
}
"""How people speak through each origin."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """What somebody wants to be stopped, for one number.

    `occurred_at` is when the person said so, None where nobody knows. `connection_id` and
    `source_ref` name the record that says so. `method` is how it was said, where that is not how
    people usually speak through the origin. `key` is the name that the exclusion
    gets in the journal, where it has one already.
    """

    contact_id: int
    scope: str
    origin: Origin
    actor: str
    occurred_at: datetime | None
    connection_id: int | None = None
    source_ref: str | None = None
    message_id: int | None = None
    ip: str | None = field(default=None, repr=False)
    user_agent: str | None = field(default=None, repr=False)
    note: str = field(default="", repr=False)
    controller: str = ""
    method: Method | None = None
    key: str | None = None

    @property
    def said(self) -> Said:
        """Who said it, where and how."""
        return Said(
            method=self.method or METHODS[self.origin],
            actor=self.actor,
            connection_id=self.connection_id,
            source_ref=self.source_ref,
            ip=self.ip,
            user_agent=self.user_agent,
            controller=self.controller,
        )
