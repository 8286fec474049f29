"""The directory of connections: who is there, in what state, and the role objects of each.

The half of a gateway that sends is not to be had here; see `hub.connections.senders`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from hub.connections.shelf import Shelves
from hub.errors import ConfigError, SettingsError
from hub.plugins.mapping import misfits
from hub.plugins.provisioning import CheckedConnection
from hub.plugins.registry import Plugin, Registry
from hub.roles import (
    ActivitySink,
    ConsentSink,
    ContactSource,
    EventTrigger,
    FindsSent,
    LooksUp,
    OptOutSink,
    Preparation,
    ReceivesReports,
)
from hub.settings import is_loopback
from hub.store import connections as queries
from hub.store.cipher import Cipher
from hub.store.connections import ConnectionRow
from hub.store.database import Database
from hub.values.connection import Account, Connection
from hub.values.gateway import GatewayProfile
from hub.values.shelf import MemoryShelf
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """What plugins.toml gave for a connection: usable settings, or why they are not."""

    checked: CheckedConnection | None
    problem: Words | None


class Connections:
    """Every connection of this deployment. Safe to share between threads.

    States are read from the store each time: another process may have parked a connection. What
    this process cannot use, for want of settings or of the plugin, it sees as `broken` or
    `unnamed`; that is its own view and is not stored.
    """

    def __init__(
        self,
        *,
        database: Database,
        cipher: Cipher,
        registry: Registry,
        provisioned: Mapping[str, Provisioned],
        public_url: str,
        clock: Callable[[], datetime],
        shelves: Shelves | None = None,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._registry = registry
        self._provisioned = provisioned
        self._public_url = public_url
        self._clock = clock
        self._shelves = shelves

    def rows(self) -> list[ConnectionRow]:
        """Give every connection, by name."""
        with self._database.read() as tx:
            return [self._seen(row) for row in queries.all_rows(tx)]

    def row(self, name: str) -> ConnectionRow:
        """Give a connection by its name. Raises ConfigError naming the nearest one there is."""
        rows = {row.name: row for row in self.rows()}
        if name in rows:
            return rows[name]
        near = get_close_matches(name, rows, n=1)
        known = ", ".join(rows) or "none"
        raise ConfigError(
            "connection",
            f'There is no connection "{name}". '
            + (f'Did you mean "{near[0]}"?' if near else f"There are: {known}."),
            f"接続「{name}」はありません。"
            + (f"「{near[0]}」の間違いではありませんか。" if near else f"登録済み: {known}"),
        )

    def by_id(self, connection_id: int) -> ConnectionRow:
        """Give a connection by its id. Raises ConfigError where there is none."""
        with self._database.read() as tx:
            row = queries.by_id(tx, connection_id)
        if row is None:
            raise ConfigError(
                "connection",
                "That connection is not there any more.",
                "その接続はもう存在しません。",
            )
        return self._seen(row)

    def roles(self, row: ConnectionRow) -> frozenset[str]:
        """Give the roles its plugin plays; none where the plugin is not loaded."""
        plugin = self._registry.plugins.get(row.plugin)
        return plugin.roles if plugin else frozenset()

    def with_role(self, role: str) -> frozenset[int]:
        """Give the ids of all connections whose plugin has this role, disabled ones too.

        A connection whose plugin could not be loaded counts as having it: an opt-out for it waits
        until the plugin is back, it is never dropped.
        """
        return frozenset(
            row.id
            for row in self.rows()
            if role in self.roles(row) or row.plugin not in self._registry.plugins
        )

    def usable(self, connection_id: int) -> bool:
        """Say whether it is enabled and in order."""
        row = self.by_id(connection_id)
        return row.enabled and row.state == "ok"

    def check(self, connection_id: int) -> Account:
        """Sign in, remember and give the account. Raises the plugin's error where it cannot.

        An account other than the one known is refused: another account's people never agreed to
        anything here. Raises SettingsError with every mapped field the platform does not offer.
        """
        row = self.by_id(connection_id)
        opened = self.open(row)
        try:
            account = self._plugin(row).check(opened)
        except SettingsError:
            # The mapping does not fit, which only somebody who was let in can tell.
            self.recovered(row.id)
            raise
        if row.account_id is not None and row.account_id != account.id:
            raise ConfigError(
                "account",
                f"{row.label}: signed in as another account than before. "
                "Check the settings, or make a new connection for the other account.",
                f"{row.label}: 以前と異なるアカウントにサインインしました。"
                "設定を確認するか、別の接続として登録してください。",
            )
        with self._database.write() as tx:
            queries.set_account(tx, row.id, account, self._clock())
        self.recovered(row.id)
        self._compare(row)
        return account

    def source(self, connection_id: int) -> ContactSource:
        """Give the connection's contact source, under guard."""
        row = self.by_id(connection_id)
        return self._plugin(row).contact_source(self.open(row))

    def trigger(self, connection_id: int) -> EventTrigger:
        """Give the connection's event trigger, under guard."""
        row = self.by_id(connection_id)
        return self._plugin(row).event_trigger(self.open(row))

    def sink(self, connection_id: int) -> OptOutSink | None:
        """Give the connection's opt-out sink, or None where its plugin has none."""
        row = self.by_id(connection_id)
        plugin = self._plugin(row)
        return plugin.opt_out_sink(self.open(row)) if "opt_out_sink" in plugin.roles else None

    def consent_sink(self, connection_id: int) -> ConsentSink | None:
        """Give the connection's consent sink, or None where its plugin has none."""
        row = self.by_id(connection_id)
        plugin = self._plugin(row)
        return plugin.consent_sink(self.open(row)) if "consent_sink" in plugin.roles else None

    def activity_sink(self, connection_id: int) -> ActivitySink | None:
        """Give the connection's activity sink, or None where its plugin has none."""
        row = self.by_id(connection_id)
        plugin = self._plugin(row)
        return plugin.activity_sink(self.open(row)) if "activity_sink" in plugin.roles else None

    def report_receiver(self, connection_id: int) -> ReceivesReports | None:
        """Give the half of the gateway that listens; None where this is no gateway that calls."""
        row = self.by_id(connection_id)
        plugin = self._plugin(row)
        return plugin.report_receiver(self.open(row)) if "message_gateway" in plugin.roles else None

    def look_up(self, connection_id: int) -> LooksUp | FindsSent | None:
        """Give the half of the gateway that can be asked; None where this is no such gateway."""
        row = self.by_id(connection_id)
        plugin = self._plugin(row)
        return plugin.look_up(self.open(row)) if "message_gateway" in plugin.roles else None

    def preparation(self, connection_id: int) -> Preparation | None:
        """Give what prepares the platform, or None where its plugin cannot."""
        row = self.by_id(connection_id)
        plugin = self._plugin(row)
        return plugin.preparation(self.open(row)) if plugin.can_prepare else None

    def profile(self, connection_id: int) -> GatewayProfile:
        """Give what a gateway can do. Raises ConfigError where the connection is none."""
        row = self.by_id(connection_id)
        return self._plugin(row).message_gateway(self.open(row)).profile

    def open(self, row: ConnectionRow) -> Connection:
        """Give the connection as its plugin sees it, secrets resolved.

        Raises ConfigError where its settings are missing or wrong.
        """
        if row.origin == "provisioned":
            settings = self._from_file(row).settings
        elif row.settings_enc is not None:
            text = self._cipher.decrypt(row.settings_enc, queries.settings_context(row.name))
            plugin = self._plugin(row)
            settings = plugin.load_settings(json.loads(text), where=f"connections.{row.name}")
        else:
            settings = {}
        return Connection(
            name=row.name,
            plugin=row.plugin,
            label=row.label,
            settings=settings,
            mapping=row.mapping,
            callback_url=self._callback_url(row.name, settings.get("base_url")),
            shelf=self._shelves.of(row.id, settings) if self._shelves else MemoryShelf(),
        )

    def park(self, connection_id: int, words: Words) -> None:
        """Stop using a connection whose credentials are refused, until somebody changes them."""
        self._set_state(connection_id, "parked", words)

    def recovered(self, connection_id: int) -> None:
        """Use the connection again."""
        self._set_state(connection_id, "ok", Words("", ""))

    def enable(self, connection_id: int) -> None:
        """Use the connection, a parked one too: somebody says that its credentials are right."""
        with self._database.write() as tx:
            queries.set_enabled(tx, connection_id, True)
            row = queries.by_id(tx, connection_id)
            if row is not None and row.state == "parked":
                queries.set_state(tx, connection_id, "ok", Words("", ""), self._clock())

    def disable(self, connection_id: int) -> None:
        """Stop reading and sending through it; opt-outs are still pushed to it."""
        with self._database.write() as tx:
            queries.set_enabled(tx, connection_id, False)

    def suspend_grounds(self, connection_id: int, words: Words) -> None:
        """Let nothing this connection vouches for count: a mapped field is gone (fail closed)."""
        with self._database.write() as tx:
            queries.suspend_grounds(tx, connection_id, words, self._clock())

    def restore_grounds(self, connection_id: int) -> None:
        """Let what this connection vouches for count again."""
        with self._database.write() as tx:
            queries.restore_grounds(tx, connection_id)

    def _compare(self, row: ConnectionRow) -> None:
        roles = self.roles(row)
        if row.mapping is None or "contact_source" not in roles:
            return
        fields = self.source(row.id).fields()
        problems = misfits(row.mapping, fields, written="opt_out_sink" in roles)
        if problems:
            raise SettingsError(f"connections.{row.name}", problems)

    def _callback_url(self, name: str, base_url: object) -> str | None:
        # An address of this machine means something to a sandbox on it, and to nobody else.
        beside_us = isinstance(base_url, str) and is_loopback(base_url)
        if is_loopback(self._public_url) and not beside_us:
            return None
        return f"{self._public_url}/in/{name}/"

    def _set_state(self, connection_id: int, state: str, words: Words) -> None:
        with self._database.write() as tx:
            queries.set_state(tx, connection_id, state, words, self._clock())

    def _plugin(self, row: ConnectionRow) -> Plugin:
        if row.origin == "provisioned":
            # What is wrong with it in the file says more than that its plugin is not there.
            self._from_file(row)
        return self._registry.plugin(row.plugin)

    def _from_file(self, row: ConnectionRow) -> CheckedConnection:
        found = self._provisioned.get(row.name)
        if found is None or found.checked is None:
            words = _not_named(row.name) if found is None else (found.problem or Words("", ""))
            raise ConfigError("connection", words.en, words.ja)
        return found.checked

    def _seen(self, row: ConnectionRow) -> ConnectionRow:
        """Give a row as this process sees it: what it cannot use is broken, whoever else can."""
        if row.origin == "provisioned" and row.name not in self._provisioned:
            return replace(row, state="unnamed", reason=_not_named(row.name))
        try:
            self._plugin(row)
        except ConfigError as exc:
            return replace(row, state="broken", reason=exc.words)
        return row


def _not_named(name: str) -> Words:
    return Words(
        ja=f"plugins.tomlに接続「{name}」の記述がありません。"
        "記述を戻すか、接続を削除してください。",
        en=f'plugins.toml does not name the connection "{name}" any more. '
        "Put it back, or remove the connection.",
    )
