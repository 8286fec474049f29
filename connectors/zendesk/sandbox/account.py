# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything one Zendesk account holds. Who reads or writes it has its lock."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from threading import RLock
from typing import Any

from connectors.zendesk.sandbox.events import Event
from connectors.zendesk.sandbox.fields import ticket_fields, user_fields
from connectors.zendesk.sandbox.jobs import Jobs
from connectors.zendesk.sandbox.moments import to_text
from connectors.zendesk.sandbox.oauth import OAuth
from connectors.zendesk.sandbox.people import ADMIN
from connectors.zendesk.sandbox.rates import Rates
from connectors.zendesk.sandbox.tickets import Tickets
from connectors.zendesk.sandbox.triggers import Triggers
from connectors.zendesk.sandbox.users import Users
from connectors.zendesk.sandbox.webhooks import Webhooks

ACCOUNT_ID = 19_000_001
CLIENT_ID = "sms_hub"
CLIENT_SECRET = "sandbox-client-secret-8d1c40b7e95f2a36"  # noqa: S105 - opens nothing
API_TOKEN = "sandbox-api-token-2f7b6c91d05e48a3"  # noqa: S105 - opens nothing


class Account:
    """One account with `people` of the roster.

    `failing` are users whose updates fail, with the reason; `deaf` are those whose updates are
    reported as done and change nothing. So many of the next pages by cursor are `empty_pages`
    though more follows. `events` waits to be sent.
    """

    def __init__(self, people: int, limits: bool, clock: Callable[[], datetime]) -> None:
        self.limits = limits
        self.clock = clock
        self.lock = RLock()
        self.users = Users(people)
        self.tickets = Tickets(people)
        self.user_fields = user_fields()
        self.ticket_fields = ticket_fields()
        self.identities: dict[int, list[dict[str, Any]]] = {}
        self.jobs = Jobs(limits)
        self.rates = Rates(limits)
        self.oauth = OAuth(CLIENT_ID, CLIENT_SECRET, ADMIN)
        self.api_token = API_TOKEN
        self.webhooks = Webhooks(limits, clock)
        self.triggers = Triggers()
        self.failing: dict[int, str] = {}
        self.deaf: set[int] = set()
        self.bulk_import = True
        self.side_loads = True
        self.empty_pages = 0
        self.events: deque[Event] = deque()
        self.keys: dict[str, tuple[str, dict[str, Any], datetime]] = {}
        self._numbers = 0

    def now(self) -> str:
        """The present moment as answers show it."""
        return to_text(self.clock())

    def empty_page(self) -> bool:
        """Whether this page is to be empty though more follows."""
        due = self.empty_pages > 0
        self.empty_pages -= due
        return due

    def number(self) -> int:
        """A new id for what is neither user nor ticket."""
        self._numbers += 1
        return 1_902_000_000_000 + self._numbers
