"""Server-side sessions: opened, found, listed, ended.

The cookie holds 256 random bits of which the store keeps a hash, so a session can be ended
(OWASP ASVS 5.0.0, 7.2 to 7.4). One of a user with one-time codes begins as half a session: it
opens nothing but the page that asks for the code, and a right code replaces it by a whole one.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access.by import By
from hub.store import sessions as queries
from hub.store.access import UserRow
from hub.store.database import Database, Tx
from hub.store.sessions import SessionRow

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
HALF = timedelta(minutes=10)
"""How long the page that asks for the code waits."""
KEPT = timedelta(days=180)
"""How long it is kept where from and with which browser somebody signed in."""
_TOUCH_EVERY = timedelta(minutes=1)

Session = SessionRow


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who is asking, as the connection tells: address, browser, the token it was known by."""

    address: str | None
    agent: str = ""
    browser: str = ""


def digest(token: str) -> bytes:
    """Give what is kept of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def begin(
    tx: Tx, user_id: int, visitor: Visitor, now: datetime, *, second_at: datetime | None = None
) -> str:
    """Open a session in the caller's transaction; give the cookie's token."""
    token = secrets.token_urlsafe(32)
    queries.forget_old(tx, now - KEPT)
    queries.add_session(
        tx,
        digest(token),
        user_id,
        secrets.token_urlsafe(32),
        now,
        second_at=second_at,
        address=visitor.address,
        agent=visitor.agent,
    )
    return token


def half(session: Session) -> bool:
    """Say whether this session still waits for its one-time code."""
    return session.user.two_step_at is not None and session.second_at is None


def alive(session: Session, now: datetime) -> bool:
    """Say whether a session is neither idle nor too old."""
    longest = HALF if half(session) else LONGEST
    return now - session.seen_at <= IDLE and now - session.created_at <= longest


def find(database: Database, token: str, now: datetime) -> Session | None:
    """Give the session of a cookie; None where it is unknown, ended, idle or too old."""
    with database.read() as tx:
        session = queries.find_session(tx, digest(token))
    if session is None or not alive(session, now):
        return None
    if now - session.seen_at > _TOUCH_EVERY:
        with database.write() as tx:
            queries.touch_session(tx, digest(token), now)
    return session


def living(tx: Tx, user: UserRow, now: datetime) -> list[Session]:
    """Give the sessions of a user that still open something, the one used last first."""
    return [each for each in queries.sessions_of(tx, user) if alive(each, now)]


def end(tx: Tx, user_id: int, name: str, by: By) -> bool:
    """End one session of a user by its name in lists; say whether there was one."""
    if not queries.end_named(tx, user_id, name, by.at):
        return False
    by.note(tx, "session.ended", f"user:{user_id}")
    return True


def end_all(tx: Tx, user_id: int, by: By, *, but: str = "") -> int:
    """End all sessions of a user, but the one of this token; known browsers are forgotten too."""
    ended = queries.end_all(tx, user_id, by.at, digest(but) if but else b"")
    queries.forget_browsers(tx, user_id)
    by.note(tx, "sessions.ended", f"user:{user_id}", {"sessions": ended})
    return ended


def sign_out(database: Database, token: str, now: datetime, address: str | None = None) -> None:
    """End the session of a cookie."""
    with database.write() as tx:
        session = queries.find_session(tx, digest(token))
        queries.end_session(tx, digest(token), now)
        if session is not None:
            actor = f"user:{session.user.id}"
            By(actor=actor, at=now, address=address).note(tx, "signed_out", actor)
