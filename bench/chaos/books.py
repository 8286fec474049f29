"""What the store tells of a run, read as it is: rows, timelines, and the order of commits."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from hub.store.database import Database, Tx

from .history import UNKNOWN, Mark, Message, Stop

_SQLITE = (
    "CREATE TABLE chaos_order (place INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " contact_id BIGINT NOT NULL, message_id BIGINT)",
    "CREATE TRIGGER chaos_stop AFTER INSERT ON exclusion BEGIN"
    " INSERT INTO chaos_order (kind, contact_id) VALUES ('stop', NEW.contact_id); END",
    "CREATE TRIGGER chaos_mark AFTER INSERT ON message_step WHEN NEW.state = 'submitting' BEGIN"
    " INSERT INTO chaos_order (kind, contact_id, message_id)"
    " SELECT 'mark', contact_id, id FROM message WHERE id = NEW.message_id; END",
)
_POSTGRESQL = (
    "CREATE TABLE chaos_order (place BIGSERIAL PRIMARY KEY, kind TEXT NOT NULL,"
    " contact_id BIGINT NOT NULL, message_id BIGINT)",
    "CREATE FUNCTION chaos_stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO chaos_order (kind, contact_id) VALUES ('stop', NEW.contact_id);"
    " RETURN NULL; END $$",
    "CREATE FUNCTION chaos_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO chaos_order (kind, contact_id, message_id)"
    " SELECT 'mark', contact_id, id FROM message WHERE id = NEW.message_id;"
    " RETURN NULL; END $$",
    "CREATE TRIGGER chaos_stop AFTER INSERT ON exclusion"
    " FOR EACH ROW EXECUTE FUNCTION chaos_stop()",
    "CREATE TRIGGER chaos_mark AFTER INSERT ON message_step"
    " FOR EACH ROW WHEN (NEW.state = 'submitting') EXECUTE FUNCTION chaos_mark()",
)


def keep_order(db: Database) -> None:
    """Let the store note, from now on, in which order opt-outs and marks come.

    Both hold the number's lock by then, so for one number this order is that of the commits,
    whatever the clocks say.
    """
    with db.write() as tx:
        for statement in _SQLITE if db.dialect == "sqlite" else _POSTGRESQL:
            tx.exec_driver_sql(statement)


def marks_of(tx: Tx, contact_id: int) -> int:
    """Count the marks of a number that are committed."""
    query = "SELECT count(*) FROM chaos_order WHERE kind = 'mark' AND contact_id = :id"
    return int(tx.execute(sa.text(query), {"id": contact_id}).scalar_one())


def marks_and_stops(tx: Tx) -> tuple[tuple[Mark, ...], tuple[Stop, ...]]:
    """Give every mark and every opt-out of the run."""
    marks, stops = [], []
    rows = tx.exec_driver_sql(
        "SELECT o.place, o.kind, o.contact_id, m.key FROM chaos_order o"
        " LEFT JOIN message m ON m.id = o.message_id ORDER BY o.place"
    )
    for place, kind, contact_id, key in rows:
        if kind == "mark":
            marks.append(Mark(place=place, key=key, contact_id=contact_id))
        else:
            stops.append(Stop(place=place, contact_id=contact_id))
    return tuple(marks), tuple(stops)


def messages(tx: Tx) -> tuple[Message, ...]:
    """Give every message with how often it was unknown."""
    doubted = sa.text("SELECT message_id FROM message_step WHERE state = :unknown")
    doubts = Counter(tx.execute(doubted, {"unknown": UNKNOWN}).scalars())
    rows = tx.exec_driver_sql("SELECT id, key, contact_id, state FROM message ORDER BY id")
    return tuple(
        Message(key=key, contact_id=contact_id, state=state, doubts=doubts[id_])
        for id_, key, contact_id, state in rows
    )


def states(tx: Tx) -> Counter[str]:
    """Count the messages by state."""
    rows = tx.exec_driver_sql("SELECT state, count(*) FROM message GROUP BY state")
    return Counter({str(state): int(count) for state, count in rows})


def open_pushes(tx: Tx) -> int:
    """Count the opt-outs that a platform has not acknowledged."""
    query = "SELECT count(*) FROM opt_out_push WHERE state IN ('open', 'blocked')"
    return int(tx.exec_driver_sql(query).scalar_one())


def refs(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[str]]:
    """Give the platform's records of these numbers."""
    wanted, found = set(contact_ids), defaultdict(list)
    rows = tx.exec_driver_sql("SELECT contact_id, ref FROM link WHERE contact_id IS NOT NULL")
    for contact_id, ref in rows:
        if contact_id in wanted:
            found[contact_id].append(ref)
    return dict(found)
