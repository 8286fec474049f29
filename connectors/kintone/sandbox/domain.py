"""One kintone domain: its apps, who may use them, and changes that happen whole or not at all."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from connectors.kintone.sandbox.errors import KintoneError
from connectors.kintone.sandbox.fields import Form
from connectors.kintone.sandbox.records import Records, User
from hub.testing.clock import SandboxClock

RIGHTS = frozenset({"view", "add", "edit", "delete", "manage"})
# Writes by an API token show as the administrator's.
ADMINISTRATOR: User = {"code": "Administrator", "name": "Administrator"}


@dataclass(kw_only=True)
class Token:
    """An API token of one app; it works only once the app was updated (`deployed`)."""

    secret: str = field(repr=False)
    app: int
    rights: frozenset[str]
    deployed: bool = True


@dataclass(kw_only=True)
class Comment:
    """A comment on a record."""

    id: int
    text: str = field(repr=False)
    created: datetime
    creator: User
    mentions: list[dict[str, str]]


@dataclass(kw_only=True)
class App:
    """One app: form, records, comments and the calls made to it, by day.

    `failing` maps record ids to the error code any write to them gets.
    """

    id: int
    name: str
    form: Form
    records: Records
    created: datetime
    guest_space: int | None = None
    comments_on: bool = True
    comments: dict[int, list[Comment]] = field(default_factory=dict)
    comment_ids: Counter[int] = field(default_factory=Counter)
    failing: dict[int, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def about(self) -> dict[str, Any]:
        """The app as `app.json` shows it."""
        made = self.created.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {
            "appId": str(self.id),
            "code": "",
            "name": self.name,
            "description": "",
            "createdAt": made,
            "creator": ADMINISTRATOR,
            "modifiedAt": made,
            "modifier": ADMINISTRATOR,
            "spaceId": str(self.guest_space) if self.guest_space else None,
            "threadId": str(self.guest_space) if self.guest_space else None,
        }


class Domain:
    """All apps of one customer. Hold `lock` while reading or writing."""

    def __init__(self, apps: list[App], clock: SandboxClock) -> None:
        self.apps = {app.id: app for app in apps}
        self.clock = clock
        self.lock = RLock()
        self.tokens: dict[str, Token] = {}
        self.users: dict[str, str] = {}
        self.basic: tuple[str, str] | None = None
        self.refusals: deque[str] = deque()

    def app(self, number: int, guest_space: int | None) -> App:
        """The app with this id, reached by this guest space's path or by the normal one.

        Raises KintoneError: GAIA_AP01, GAIA_IL23, CB_NO02.
        """
        app = self.apps.get(number)
        if app is None:
            raise KintoneError("GAIA_AP01", about={"id": str(number)})
        if app.guest_space is not None and guest_space is None:
            raise KintoneError("GAIA_IL23")
        if app.guest_space != guest_space:
            raise KintoneError("CB_NO02")
        return app

    def now(self) -> datetime:
        """The present time cut to the minute, as kintone stores and shows it."""
        return self.clock().replace(second=0, microsecond=0)

    def count_call(self, app: App) -> None:
        """Count a call against the app's day. Going over the quota fails no call in kintone."""
        app.calls[self.clock().date().isoformat()] += 1

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take back all changes to records if the block raises. Blocks may lie in one another."""
        with self.lock:
            outer = {app.id: app.records.undo for app in self.apps.values()}
            for app in self.apps.values():
                app.records.undo = []
            try:
                yield
            except BaseException:
                for app in self.apps.values():
                    steps, app.records.undo = app.records.undo or [], None
                    for step in reversed(steps):
                        step()
                    app.records.undo = outer[app.id]
                raise
            for app in self.apps.values():
                steps, app.records.undo = app.records.undo or [], outer[app.id]
                if app.records.undo is not None:
                    app.records.undo += steps
