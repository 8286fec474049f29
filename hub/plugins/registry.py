"""The loaded plugins, and what one asks of each of them for a connection."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from hub.errors import ConfigError, SettingsError
from hub.plugins.answers import Post
from hub.plugins.forms import FormField
from hub.plugins.guard import Guard
from hub.plugins.guarded import (
    GuardedActivitySink,
    GuardedContactSource,
    GuardedFinder,
    GuardedGateway,
    GuardedLookUp,
    GuardedOptOutSink,
    GuardedPoller,
    GuardedPreparation,
    GuardedReceiver,
    GuardedReportReceiver,
    GuardedTrigger,
)
from hub.plugins.guarded_consent import GuardedConsentSink
from hub.plugins.problems import nearest, problems_of
from hub.roles import (
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
from hub.settings import Settings
from hub.values.connection import Account, Connection, Usage
from hub.values.problem import Problem
from hub.values.words import Words

ROLES = ("contact_source", "event_trigger", "opt_out_sink", "activity_sink", "message_gateway")
ADDED = ("consent_sink",)
"""Roles that go with a contact source: by itself none of them makes a plugin."""

Hook = Callable[..., object]


class Plugin:
    """One loaded plugin. Everything it is asked goes through the guard.

    `roles` are the hooks of `ROLES` and `ADDED` it has, `settings` its settings class and `form`
    the same as fields. A role object is made once per connection and process; it is made anew when
    the connection's settings are others.
    """

    def __init__(
        self,
        *,
        name: str,
        distribution: str,
        version: str,
        hooks: Mapping[str, Hook],
        settings: type[Settings],
        form: tuple[FormField, ...],
        guard: Guard,
    ) -> None:
        self.name = name
        self.distribution = distribution
        self.version = version
        self.roles = frozenset(hooks) & {*ROLES, *ADDED}
        self.can_check = "check_connection" in hooks
        self.can_prepare = "preparation" in hooks
        self.settings = settings
        self.form = form
        self._hooks = dict(hooks)
        self._guard = guard
        self._made: dict[tuple[int, str, str], tuple[Connection, Any]] = {}

    def __repr__(self) -> str:
        return f"Plugin({self.name!r}, {self.version!r}, roles={sorted(self.roles)})"

    def load_settings(self, raw: Mapping[str, Any], *, where: str = "") -> dict[str, Any]:
        """Check settings with the plugin's class and give them loaded, defaults filled in.

        `where` stands before each key in the sentences (`connections.crm`). Raises SettingsError
        with every problem there is, PluginBug where a check of the plugin breaks.
        """

        def load() -> tuple[dict[str, Any], list[Problem]]:
            try:
                return dict(self.settings().load(raw)), []
            except ValidationError as exc:
                return {}, problems_of(exc.messages, [field.key for field in self.form])

        loaded, problems = self._guard.call(self.name, "connection_settings", load)
        if problems:
            raise SettingsError(where, problems)
        return loaded

    def check(self, connection: Connection) -> Account:
        """Sign in and give the account the platform says we are.

        Raises the plugin's error where it cannot, ConfigError where the plugin has no such hook.
        """
        post = self._post(connection)
        hook = self._hook("check_connection")

        def ask() -> Account:
            account: Account = post.one("check_connection", Account, hook(connection=connection))
            if not (isinstance(account.id, str) and account.id and isinstance(account.label, str)):
                raise post.broken(
                    "check_connection", "gave an account without an id", "IDがありません"
                )
            if account.usage is not None:
                post.one("check_connection", Usage, account.usage)
            post.each("check_connection", Words, account.advice)
            return account

        return self._guard.call(post.owner, "check_connection", ask)

    def contact_source(self, connection: Connection) -> ContactSource:
        """Give the connection's contact source. Raises ConfigError where the plugin has none."""
        source = self._make("contact_source", connection, ContactSource)
        return GuardedContactSource(self._post(connection), source)

    def event_trigger(self, connection: Connection) -> EventTrigger:
        """Give the connection's event trigger: what it gives receives, polls, or does both.

        Raises ConfigError where the plugin has none.
        """
        trigger = self._make("event_trigger", connection, (ReceivesEvents, PollsEvents))
        post = self._post(connection)
        if isinstance(trigger, ReceivesEvents) and isinstance(trigger, PollsEvents):
            return GuardedTrigger(post, trigger, trigger)
        if isinstance(trigger, ReceivesEvents):
            return GuardedReceiver(post, trigger)
        return GuardedPoller(post, trigger)

    def opt_out_sink(self, connection: Connection) -> OptOutSink:
        """Give the connection's opt-out sink. Raises ConfigError where the plugin has none."""
        sink = self._make("opt_out_sink", connection, OptOutSink)
        return GuardedOptOutSink(self._post(connection), sink)

    def consent_sink(self, connection: Connection) -> ConsentSink:
        """Give the connection's consent sink. Raises ConfigError where the plugin has none."""
        sink = self._make("consent_sink", connection, ConsentSink)
        return GuardedConsentSink(self._post(connection), sink)

    def activity_sink(self, connection: Connection) -> ActivitySink:
        """Give the connection's activity sink. Raises ConfigError where the plugin has none."""
        sink = self._make("activity_sink", connection, ActivitySink)
        return GuardedActivitySink(self._post(connection), sink)

    def preparation(self, connection: Connection) -> Preparation:
        """Give what prepares the platform. Raises ConfigError where the plugin has none."""
        made = self._make("preparation", connection, Preparation)
        return GuardedPreparation(self._post(connection), made)

    def message_gateway(self, connection: Connection) -> MessageGateway:
        """Give what sends, to the dispatcher and to nobody else: no SMS leaves without the gate.

        Raises ConfigError where the plugin has none.
        """
        gateway = self._make("message_gateway", connection, MessageGateway)
        return GuardedGateway(self._post(connection), gateway)

    def report_receiver(self, connection: Connection) -> ReceivesReports | None:
        """Give the half of the gateway that listens; None where this gateway never calls us."""
        gateway = self._make("message_gateway", connection, MessageGateway)
        if not isinstance(gateway, ReceivesReports):
            return None
        return GuardedReportReceiver(self._post(connection), gateway)

    def look_up(self, connection: Connection) -> LooksUp | FindsSent | None:
        """Give the half of the gateway that can be asked, by our key where it can be by that.

        None where this one cannot be asked at all.
        """
        gateway = self._make("message_gateway", connection, MessageGateway)
        if isinstance(gateway, LooksUp):
            return GuardedLookUp(self._post(connection), gateway)
        if isinstance(gateway, FindsSent):
            return GuardedFinder(self._post(connection), gateway)
        return None

    def _post(self, connection: Connection) -> Post:
        return Post(guard=self._guard, owner=f"{connection.name} ({self.name})")

    def _hook(self, name: str) -> Hook:
        hook = self._hooks.get(name)
        if hook is None:
            raise ConfigError(
                "plugin",
                f'The plugin "{self.name}" has no {name}. '
                "Choose a connection of another plugin for this.",
                f"プラグイン「{self.name}」には{name}の機能がありません。"
                "別のプラグインの接続を選んでください。",
            )
        return hook

    def _make(self, role: str, connection: Connection, kinds: Any) -> Any:
        # Objects made before a fork hold the parent's sockets, hence the process id.
        key = (os.getpid(), role, connection.name)
        made = self._made.get(key)
        if made is not None and made[0] == connection:
            return made[1]
        hook = self._hook(role)
        post = self._post(connection)

        def ask() -> Any:
            made = hook(connection=connection)
            if not isinstance(made, kinds):
                raise post.broken(
                    role,
                    f"gave {type(made).__name__}, which lacks methods of that role",
                    "役割に必要なメソッドがありません",
                )
            return made

        role_object = self._guard.call(post.owner, role, ask)
        self._made[key] = (connection, role_object)
        return role_object


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A plugin that could not be loaded, and why. The others are loaded all the same."""

    name: str
    distribution: str | None
    version: str | None
    problems: tuple[Words, ...]

    @property
    def words(self) -> Words:
        """All problems in one text."""
        return Words(
            ja="".join(problem.ja for problem in self.problems),
            en=" ".join(problem.en for problem in self.problems),
        )


@dataclass(frozen=True, kw_only=True)
class Registry:
    """What was loaded and what was not, by name. One for each application; it has no globals."""

    plugins: Mapping[str, Plugin]
    broken: Mapping[str, Broken]

    def plugin(self, name: str) -> Plugin:
        """Give a loaded plugin; raises ConfigError(`plugin`) that says why it is not there."""
        found = self.plugins.get(name)
        if found is not None:
            return found
        if name in self.broken:
            words = self.broken[name].words
            raise ConfigError("plugin", words.en, words.ja)
        near = nearest(name, self.plugins)
        hint_en = f' (did you mean "{near}"?)' if near else ""
        hint_ja = f"(「{near}」の間違いではありませんか)" if near else ""
        raise ConfigError(
            "plugin",
            f'The plugin "{name}" is not loaded{hint_en}. '
            "Add it to [plugins] load in plugins.toml.",
            f"プラグイン「{name}」は読み込まれていません{hint_ja}。"
            "plugins.tomlの[plugins] loadに追加してください。",
        )
