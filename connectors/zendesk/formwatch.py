# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at the user fields often enough that a renamed option never reads as a refusal."""

import time
from collections.abc import Callable

from hub.sdk import Connection

from .client import ZendeskClient
from .fields import Form, names_ticket_field, read_form
from .refusals import away

GOOD_FOR = 60.0
"""Seconds for which a look holds; an odd user makes us look again at once."""


class FormWatch:
    """Keeps the last look at the fields. `approve` raises ConfigError where one fits no more.

    Fields that are as they were are not approved anew, and stay the same object. The fields of
    tickets are looked at where the mapping names one, or with `whole`.
    """

    def __init__(
        self,
        client: ZendeskClient,
        connection: Connection,
        approve: Callable[[Form], None],
        *,
        whole: bool = False,
    ) -> None:
        self._client = client
        self._connection = connection
        self._approve = approve
        mapping = connection.mapping
        self._of_tickets = whole or (mapping is not None and names_ticket_field(mapping.codes()))
        self._last: Form | None = None
        self._taken = 0.0

    def look(self) -> Form:
        """Ask Zendesk for the fields now."""
        taken = time.monotonic()
        try:
            of_tickets = self._client.ticket_fields() if self._of_tickets else ()
            form = read_form(self._client.user_fields(), of_tickets)
        except ValueError as exc:
            raise away(self._connection) from exc
        if form != self._last:
            self._last = None
            self._approve(form)
            self._last = form
        self._taken = taken
        return self._last

    def recent(self) -> Form:
        """Give a look that is not too old; ask Zendesk only where there is none."""
        if self._last is not None and time.monotonic() - self._taken <= GOOD_FOR:
            return self._last
        return self.look()
