"""Looking at the app's form often enough that a renamed option never reads as a refusal."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.sdk import Connection

from .client import KintoneClient
from .fields import Form, read_form
from .refusals import error_without_code


@dataclass(frozen=True, kw_only=True)
class Look:
    """The form, kintone's clock (UTC) at the look, and this process's own (monotonic seconds)."""

    form: Form
    clock: datetime
    taken: float


class FormWatch:
    """Keeps the last look at the form. `approve` raises ConfigError for a form that fits no more.

    A form that is as it was is not approved anew, and stays the same object.
    """

    def __init__(
        self, client: KintoneClient, connection: Connection, approve: Callable[[Form], None]
    ) -> None:
        self._client = client
        self._connection = connection
        self._approve = approve
        self._last: Look | None = None

    def look(self) -> Look:
        """Ask kintone for the form now."""
        taken = time.monotonic()
        answer = self._client.form()
        try:
            form = read_form(answer.body)
        except ValueError as exc:
            raise error_without_code(200, self._connection) from exc
        known = self._last.form if self._last else None
        if known is None or known != form:
            self._last = None
            self._approve(form)
            known = form
        self._last = Look(form=known, clock=answer.clock, taken=taken)
        return self._last

    def recent(self, seconds: float) -> Look:
        """Give a look that is not older than this; ask kintone only where there is none."""
        last = self._last
        if last and time.monotonic() - last.taken <= seconds:
            return last
        return self.look()
