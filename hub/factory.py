"""Putting one hub together from its configuration. The only place that knows every room."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from hub.broker import connect
from hub.config import Config, read_config
from hub.connections.directory import Connections
from hub.connections.provision import provision
from hub.connections.senders import Senders
from hub.connections.shelf import Shelves
from hub.consent.keywords import Vocabulary, bare
from hub.consent.policy import Policy, policy_from
from hub.messages.linter import Sender
from hub.messages.outbox import Outbox
from hub.messages.replies import Listening
from hub.messages.signups import SignUps
from hub.optout.journal import Journal, path_of
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.provisioning import read
from hub.plugins.registry import Registry
from hub.queue import Bells
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.identity import open_cipher
from hub.store.roll import KeyWatch
from hub.store.upgrade import upgrade


def system_clock() -> datetime:
    """Give the time now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Hub:
    """One hub: configuration, store, plugins, connections, broker. Made once a process."""

    config: Config
    database: Database
    cipher: Cipher
    registry: Registry
    connections: Connections
    bells: Bells
    policy: Policy
    clock: Callable[[], datetime] = system_clock

    def watch_keys(self) -> None:
        """Keep this process's keys fresh, and say which it has when a rotation asks."""
        name = f"{socket.gethostname()[:30]}:{os.getpid()}"
        KeyWatch(self.database, self.cipher, name).start()

    @cached_property
    def senders(self) -> Senders:
        """What the dispatcher sends with."""
        return Senders(self.connections, self.registry)

    @property
    def sender(self) -> Sender:
        """Who sends, as the law wants it shown."""
        return Sender(
            name=self.config.sender_name,
            contact=self.config.sender_contact,
            address=self.config.sender_address,
        )

    @cached_property
    def outbox(self) -> Outbox:
        """Where messages are ordered."""
        return Outbox(
            database=self.database,
            cipher=self.cipher,
            connections=self.connections,
            bells=self.bells,
            clock=self.clock,
            policy=self.policy,
            sender=self.sender,
            link_url=self.config.link_url,
        )

    @property
    def listening(self) -> Listening:
        """How replies are taken."""
        words = {bare(word) for word in self.config.stop_words} - {""}
        return Listening(
            vocabulary=Vocabulary(extra=frozenset(words), without=self.config.stop_words_without),
            answers_within=timedelta(days=self.config.reply_days),
        )

    @cached_property
    def sign_ups(self) -> SignUps:
        """Where opt-in forms and their codes are taken."""
        return SignUps(
            database=self.database,
            cipher=self.cipher,
            connections=self.connections,
            bells=self.bells,
            clock=self.clock,
            policy=self.policy,
            sender=self.sender,
            host=urlsplit(self.config.public_url).hostname or "",
        )


def build(
    environ: Mapping[str, str] | None = None, *, clock: Callable[[], datetime] = system_clock
) -> Hub:
    """Read the configuration, open the store, load the plugins and give the hub.

    Raises ConfigError where something must be set right first, StoreUnavailable where the
    database is away. A plugin or a connection that is broken is told in the store's rows and
    keeps nobody else from working.
    """
    environ = os.environ if environ is None else environ
    config = read_config(environ)
    # Read first: a command in a wrong folder must not leave a store and keys behind there.
    file = read(config.plugins_file, environ)
    database = Database(config.database_url)
    upgrade(database)
    cipher = open_cipher(database, config)
    database.witness = Journal(path_of(config), cipher)
    guard = Guard()
    registry = load(file.load, guard)
    broker = connect(config)
    connections = Connections(
        database=database,
        cipher=cipher,
        registry=registry,
        provisioned=provision(database, cipher, file, registry, clock()),
        public_url=config.public_url,
        clock=clock,
        shelves=Shelves(broker, cipher),
    )
    return Hub(
        config=config,
        database=database,
        cipher=cipher,
        registry=registry,
        connections=connections,
        bells=Bells(broker),
        policy=policy_from(config),
        clock=clock,
    )
