"""Queries about signed-in browsers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store import access as users
from hub.store.access import UserRow
from hub.store.database import Tx
from hub.store.tables import access

_session, _user, _known = access.session, access.user, access.known_browser


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """One signed-in browser. `name` tells it from others in lists and opens nothing.

    `second_at` is when its one-time code was right; None: none was asked for, or not answered yet.
    """

    user: UserRow
    name: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    second_at: datetime | None = None
    address: str | None = None
    agent: str = ""


def add_session(
    tx: Tx,
    token_hash: bytes,
    user_id: int,
    csrf: str,
    now: datetime,
    *,
    second_at: datetime | None = None,
    address: str | None = None,
    agent: str = "",
) -> None:
    """Keep a session by the hash of its token."""
    tx.execute(
        sa.insert(_session).values(
            token_hash=token_hash,
            user_id=user_id,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            second_at=second_at,
            address=address,
            agent=agent[:200],
        )
    )


def find_session(tx: Tx, token_hash: bytes) -> SessionRow | None:
    """Give a session that was not ended, of a user who is not disabled."""
    row = tx.execute(
        sa.select(_session)
        .join(_user, _user.c.id == _session.c.user_id)
        .where(
            _session.c.token_hash == token_hash,
            _session.c.ended_at.is_(None),
            _user.c.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    user = users.user_by_id(tx, row.user_id)
    return None if user is None else _row(row, user)


def sessions_of(tx: Tx, user: UserRow) -> list[SessionRow]:
    """Give a user's sessions that were not ended, the one used last first."""
    rows = tx.execute(
        sa.select(_session)
        .where(_session.c.user_id == user.id, _session.c.ended_at.is_(None))
        .order_by(_session.c.seen_at.desc())
    )
    return [_row(row, user) for row in rows]


def touch_session(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """Note that a session was used just now."""
    tx.execute(sa.update(_session).where(_session.c.token_hash == token_hash).values(seen_at=now))


def end_session(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """End a session for good."""
    tx.execute(sa.update(_session).where(_session.c.token_hash == token_hash).values(ended_at=now))


def end_named(tx: Tx, user_id: int, name: str, now: datetime) -> bool:
    """End the session of a user that has this name; say whether there was one."""
    for (token_hash,) in tx.execute(
        sa.select(_session.c.token_hash).where(
            _session.c.user_id == user_id, _session.c.ended_at.is_(None)
        )
    ).all():
        if _name(token_hash) == name:
            end_session(tx, token_hash, now)
            return True
    return False


def end_all(tx: Tx, user_id: int, now: datetime, but: bytes = b"") -> int:
    """End all sessions of a user but one; give how many."""
    done = tx.execute(
        sa.update(_session)
        .where(
            _session.c.user_id == user_id,
            _session.c.ended_at.is_(None),
            _session.c.token_hash != but,
        )
        .values(ended_at=now)
    )
    return int(done.rowcount)


def signed_in_from(tx: Tx, user_id: int, address: str, since: datetime) -> bool:
    """Say whether a user had a session from this address since then."""
    query = sa.select(_session.c.user_id).where(
        _session.c.user_id == user_id,
        _session.c.address == address,
        _session.c.created_at >= since,
    )
    return tx.execute(query.limit(1)).first() is not None


def forget_old(tx: Tx, before: datetime) -> None:
    """Forget sessions begun before, and browsers not seen since: they tell where somebody was."""
    tx.execute(sa.delete(_session).where(_session.c.created_at < before))
    tx.execute(sa.delete(_known).where(_known.c.seen_at < before))


def know_browser(tx: Tx, user_id: int, token_hash: bytes, now: datetime) -> None:
    """Remember a browser that a user signed in with."""
    where = (_known.c.user_id == user_id, _known.c.token_hash == token_hash)
    changed = tx.execute(sa.update(_known).where(*where).values(seen_at=now))
    if not changed.rowcount:
        tx.execute(sa.insert(_known).values(user_id=user_id, token_hash=token_hash, seen_at=now))


def knows_browser(tx: Tx, user_id: int, token_hash: bytes, since: datetime) -> bool:
    """Say whether a user signed in with this browser since then."""
    query = sa.select(_known.c.user_id).where(
        _known.c.user_id == user_id,
        _known.c.token_hash == token_hash,
        _known.c.seen_at >= since,
    )
    return tx.execute(query).first() is not None


def forget_browsers(tx: Tx, user_id: int) -> None:
    """Forget the browsers of a user."""
    tx.execute(sa.delete(_known).where(_known.c.user_id == user_id))


def _row(row: sa.Row[Any], user: UserRow) -> SessionRow:
    return SessionRow(
        user=user,
        name=_name(row.token_hash),
        csrf=row.csrf,
        created_at=row.created_at,
        seen_at=row.seen_at,
        second_at=row.second_at,
        address=row.address,
        agent=row.agent,
    )


def _name(token_hash: bytes) -> str:
    return bytes(token_hash).hex()[:16]
