"""Queries about users, sign-in links and sessions."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import access

_user, _link, _session = access.user, access.sign_in_link, access.session


@dataclass(frozen=True, kw_only=True)
class UserRow:
    """One user of the console."""

    id: int
    login: str
    label: str
    role: str
    language: str


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """One signed-in browser."""

    user: UserRow
    csrf: str
    created_at: datetime
    seen_at: datetime


def user_for(tx: Tx, login: str, label: str, role: str, language: str, now: datetime) -> int:
    """Give the id of the user with this login, made with these values if it is not there."""
    known = tx.execute(sa.select(_user.c.id).where(_user.c.login == login)).scalar()
    if known is not None:
        return int(known)
    made = tx.execute(
        sa.insert(_user).values(
            login=login, label=label, role=role, language=language, created_at=now
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def find_user(tx: Tx, login: str) -> UserRow | None:
    """Give the user with this login, a disabled one too."""
    columns = (_user.c.id, _user.c.login, _user.c.label, _user.c.role, _user.c.language)
    row = tx.execute(sa.select(*columns).where(_user.c.login == login)).first()
    return None if row is None else UserRow(**row._mapping)


def add_link(tx: Tx, token_hash: bytes, user_id: int, now: datetime, expires_at: datetime) -> None:
    """Keep a one-time sign-in link by the hash of its token."""
    tx.execute(
        sa.insert(_link).values(
            token_hash=token_hash, user_id=user_id, created_at=now, expires_at=expires_at
        )
    )


def use_link(tx: Tx, token_hash: bytes, now: datetime) -> int | None:
    """Use up a link and give its user; None where it is unknown, used, old or the user disabled."""
    used = tx.execute(
        sa.update(_link)
        .where(
            _link.c.token_hash == token_hash,
            _link.c.used_at.is_(None),
            _link.c.expires_at > now,
            _link.c.user_id.in_(sa.select(_user.c.id).where(_user.c.disabled_at.is_(None))),
        )
        .values(used_at=now)
        .returning(_link.c.user_id)
    ).scalar()
    return None if used is None else int(used)


def add_session(tx: Tx, token_hash: bytes, user_id: int, csrf: str, now: datetime) -> None:
    """Keep a session by the hash of its token."""
    tx.execute(
        sa.insert(_session).values(
            token_hash=token_hash, user_id=user_id, csrf=csrf, created_at=now, seen_at=now
        )
    )


def find_session(tx: Tx, token_hash: bytes) -> SessionRow | None:
    """Give a session that was not ended, of a user who is not disabled."""
    row = tx.execute(
        sa.select(_session, _user.c.login, _user.c.label, _user.c.role, _user.c.language)
        .join(_user, _user.c.id == _session.c.user_id)
        .where(
            _session.c.token_hash == token_hash,
            _session.c.ended_at.is_(None),
            _user.c.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return SessionRow(
        user=UserRow(
            id=row.user_id, login=row.login, label=row.label, role=row.role, language=row.language
        ),
        csrf=row.csrf,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )


def touch_session(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """Note that a session was used just now."""
    tx.execute(sa.update(_session).where(_session.c.token_hash == token_hash).values(seen_at=now))


def end_session(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """End a session for good."""
    tx.execute(sa.update(_session).where(_session.c.token_hash == token_hash).values(ended_at=now))
