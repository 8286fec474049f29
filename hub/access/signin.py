"""One-time sign-in links and the server-side sessions they open.

A link is printed by the terminal of the machine the hub runs on: there is no default password.
Sessions are rows that can be ended (OWASP ASVS 5.0.0, 7.2 to 7.4); the cookie holds 256 random
bits of which the store keeps a hash.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from hub.store import access
from hub.store.access import SessionRow
from hub.store.audit import add_audit
from hub.store.database import Database
from hub.values.words import Language

LINK_LIFE = timedelta(minutes=15)
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_TOUCH_EVERY = timedelta(minutes=1)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def administrator_link(
    database: Database, now: datetime, language: Language, address: str | None = None
) -> str:
    """Give a new one-time token that signs in as the administrator for 15 minutes."""
    token = secrets.token_urlsafe(32)
    with database.write() as tx:
        user_id = access.user_for(
            tx, "administrator", "管理者 / Administrator", "administrator", language, now
        )
        access.add_link(tx, _hash(token), user_id, now, now + LINK_LIFE)
        add_audit(
            tx,
            at=now,
            actor="terminal",
            action="sign_in_link.made",
            object_=f"user:{user_id}",
            address=address,
            detail={},
        )
    return token


def redeem(database: Database, token: str, now: datetime, address: str | None) -> str | None:
    """Use a link up and give a session token; None where the link is unknown, used or old."""
    session = secrets.token_urlsafe(32)
    with database.write() as tx:
        user_id = access.use_link(tx, _hash(token), now)
        if user_id is None:
            return None
        access.add_session(tx, _hash(session), user_id, secrets.token_urlsafe(32), now)
        add_audit(
            tx,
            at=now,
            actor=f"user:{user_id}",
            action="signed_in",
            object_=f"user:{user_id}",
            address=address,
            detail={},
        )
    return session


def find(database: Database, token: str, now: datetime) -> SessionRow | None:
    """Give the session of a cookie; None where it is unknown, ended, idle or too old."""
    with database.read() as tx:
        session = access.find_session(tx, _hash(token))
    if session is None or now - session.seen_at > IDLE or now - session.created_at > LONGEST:
        return None
    if now - session.seen_at > _TOUCH_EVERY:
        with database.write() as tx:
            access.touch_session(tx, _hash(token), now)
    return session


def sign_out(database: Database, token: str, now: datetime, address: str | None = None) -> None:
    """End the session of a cookie."""
    with database.write() as tx:
        session = access.find_session(tx, _hash(token))
        access.end_session(tx, _hash(token), now)
        if session is not None:
            add_audit(
                tx,
                at=now,
                actor=f"user:{session.user.id}",
                action="signed_out",
                object_=f"user:{session.user.id}",
                address=address,
                detail={},
            )
