"""Asking every process of a hub whether it has a key yet.

A rotation writes the question into the store. Each long-running process looks every few seconds and
writes whether it has the key; who has not answered by then is not there, or will read the key when
it meets it. Nothing is written while nobody asks.
"""

import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.errors import HubError
from hub.store.cipher import LOOK_AGAIN_SECONDS, Cipher
from hub.store.database import Database, Tx
from hub.store.keys import Kind
from hub.store.tables.base import hub_fact

ANSWERED_SECONDS = 2 * LOOK_AGAIN_SECONDS + 2.0
"""How long a rotation waits for answers."""

_OLD = timedelta(hours=1)
_ROLL = "roll:"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which key is asked about, by its fingerprint; `asked` is when, UTC."""

    id: str
    kind: Kind
    number: int
    print: str
    asked: datetime


def ask(tx: Tx, kind: Kind, number: int, print_: str, now: datetime) -> Question:
    """Ask every process; forget questions whose asker was killed."""
    for each in _questions(tx):
        if now - each.asked > _OLD:
            end(tx, each)
    question = Question(id=uuid.uuid4().hex[:12], kind=kind, number=number, print=print_, asked=now)
    _put(tx, _ROLL + question.id, f"{kind} {number} {print_} {now.astimezone(UTC).isoformat()}")
    return question


def without(tx: Tx, question: Question) -> list[str]:
    """Give the processes that said they do not have the key, as `host:process id`."""
    prefix = f"{_ROLL}{question.id}:"
    query = sa.select(hub_fact.c.key).where(
        hub_fact.c.key.startswith(prefix), hub_fact.c.value == "no"
    )
    return sorted(key.removeprefix(prefix) for key in tx.execute(query).scalars())


def end(tx: Tx, question: Question) -> None:
    """Forget a question and its answers."""
    tx.execute(sa.delete(hub_fact).where(hub_fact.c.key.startswith(_ROLL + question.id)))


class KeyWatch:
    """Keeps the keys of one process fresh and answers for it. `name` is `host:process id`."""

    def __init__(self, database: Database, cipher: Cipher, name: str) -> None:
        self._db = database
        self._cipher = cipher
        self._name = name[:45]
        self._said: dict[str, bool] = {}

    def start(self, every: float = LOOK_AGAIN_SECONDS) -> threading.Event:
        """Look every few seconds, in a thread that ends with its process.

        Give what ends it before, when it is set.
        """
        stop = threading.Event()
        threading.Thread(
            target=self._run, args=(stop, every), name="watch-keys", daemon=True
        ).start()
        return stop

    def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        self._cipher.look_again()
        with self._db.read() as tx:
            questions = _questions(tx)
        ring = self._cipher.keys.ring
        answers = {q.id: ring.fingerprint(q.kind, q.number) == q.print for q in questions}
        news = {id_: has for id_, has in answers.items() if self._said.get(id_) != has}
        if news:
            with self._db.write() as tx:
                there = {each.id for each in _questions(tx)}
                for id_ in sorted(there & news.keys()):
                    _put(tx, f"{_ROLL}{id_}:{self._name}", "yes" if news[id_] else "no")
        self._said = answers

    def _run(self, stop: threading.Event, every: float) -> None:
        while not stop.wait(every):
            # The store is away: whoever works with it says so, and this looks again soon.
            with suppress(HubError):
                self.look()


def _questions(tx: Tx) -> list[Question]:
    found = []
    for row in tx.execute(sa.select(hub_fact).where(hub_fact.c.key.startswith(_ROLL))):
        id_ = row.key.removeprefix(_ROLL)
        if ":" not in id_:
            kind, number, print_, asked = row.value.split()
            found.append(
                Question(
                    id=id_,
                    kind=kind,
                    number=int(number),
                    print=print_,
                    asked=datetime.fromisoformat(asked),
                )
            )
    return found


def _put(tx: Tx, key: str, value: str) -> None:
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(hub_fact).values(key=key, value=value)
    tx.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
