"""The opt-out journal: what changes on the exclusion list, kept outside the store as well.

A backup is as old as it is; whoever opted out since must not be texted by the hub that is put back
from it. So a stop is on the journal's disk before it is committed, and thus before the person is
told; if the commit then fails, the line makes a restored hub too quiet, never too loud. For the
same reason the end of a stop is written after its commit.

Where the journal cannot be written the opt-out is committed all the same, and the store remembers
that the journal is behind; `catch_up` brings it forward once there is room.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.config import Config
from hub.optout.journal_file import Line, append
from hub.store import exclusions, facts, lookups
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.witness import Saying

FILE = "optouts.jsonl"
_BEHIND = "journal:behind"
_MARGIN = timedelta(hours=1)
_PART = 500
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)


def path_of(config: Config) -> Path:
    """Give where this deployment's journal is: `HUB_JOURNAL_FILE`, or in the data folder."""
    return config.journal_file or config.data_dir / FILE


class Journal:
    """The witness that writes the journal of one deployment. Safe between threads and processes."""

    def __init__(self, path: Path, cipher: Cipher) -> None:
        self.path = path
        self._cipher = cipher

    def before(self, tx: Tx, said: Sequence[Saying]) -> None:
        """Write the stops of a transaction that is about to be committed."""
        try:
            self._write(tx, [each for each in said if each.change != "lift"])
        except OSError as exc:
            self._behind(exc)
            at = min(each.at for each in said)
            facts.remember(tx, _BEHIND, at.isoformat())

    def after(self, said: Sequence[Saying]) -> None:
        """Write what a committed transaction took off the list."""
        lifts = [each for each in said if each.change == "lift" and each.key]
        try:
            append(self.path, self._cipher, [_line(each, ()) for each in lifts])
        except OSError as exc:
            # A restored hub then still bars the number: too quiet, never too loud.
            self._behind(exc)

    def catch_up(self, database: Database) -> int:
        """Write what the journal lacks: all, where its file is not there; give how many lines.

        Harmless to repeat, and does nothing where nothing is lacking. Raises OSError where it
        cannot be written.
        """
        with database.read() as tx:
            behind = behind_since(tx)
            if behind is None and self.path.exists():
                return 0
            since = behind - _MARGIN if behind and self.path.exists() else _EVER
            part: list[Saying] = []
            lines = 0
            for each in exclusions.since(tx, since):
                part.append(each)
                if len(part) == _PART:
                    lines += self._write(tx, part)
                    part = []
            lines += self._write(tx, part)
        if behind is not None:
            with database.write() as tx:
                facts.forget(tx, _BEHIND, behind.isoformat())
        return lines

    def _write(self, tx: Tx, said: Sequence[Saying]) -> int:
        known = [each for each in said if each.key]
        found = lookups.of_contacts(tx, [each.contact_id for each in known])
        append(self.path, self._cipher, [_line(each, found[each.contact_id]) for each in known])
        return len(known)

    def _behind(self, exc: OSError) -> None:
        _log.error(
            "the opt-out journal %s cannot be written (%s); the opt-out is stored all the same",
            self.path,
            exc.strerror,
        )


def catch_up(database: Database, config: Config, cipher: Cipher) -> None:
    """Bring this deployment's journal forward where it can be written; else it is told."""
    journal = Journal(path_of(config), cipher)
    try:
        journal.catch_up(database)
    except OSError as exc:
        _log.error("the opt-out journal %s cannot be written (%s)", journal.path, exc.strerror)


def behind_since(tx: Tx) -> datetime | None:
    """Give since when the journal lacks opt-outs of the store; None where it lacks none."""
    value = facts.get(tx, _BEHIND)
    return None if value is None else datetime.fromisoformat(value)


def _line(said: Saying, found: Sequence[tuple[int, bytes]]) -> Line:
    return Line(
        change=said.change,
        key=said.key,
        lookups=tuple(found),
        scope=said.scope,
        origin=said.origin,
        actor=said.actor,
        acted_at=said.acted_at,
        at=said.at,
        why=said.why,
    )
