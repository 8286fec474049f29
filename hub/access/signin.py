"""Signing in: by a one-time link of the terminal, by password, and by the code that follows.

There is no default password: the first administrator comes by a link that the terminal of the
machine prints. Unknown logins get the same answer as wrong passwords, after the same work and the
same waits (OWASP ASVS 5.0.0, 6.3.8).
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.access import allow_list, passwords, rights, sessions, throttle, two_step
from hub.access.by import By
from hub.access.rights import Act
from hub.access.sessions import Visitor
from hub.access.throttle import Wait
from hub.errors import ConfigError
from hub.store import access
from hub.store import sessions as session_rows
from hub.store.access import UserRow
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.values.words import Language

LINK_LIFE = timedelta(minutes=15)
KNOWN = sessions.KEPT
"""How long a browser is known that a user signed in with."""
_ADDRESS_KNOWN = timedelta(days=30)
_FIRST = "administrator"
"""The login of whoever comes by the terminal's link."""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A session's token; `browser` is a new token by which the browser is known next time."""

    session: str = field(repr=False)
    browser: str | None = field(repr=False, default=None)


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """Not let in. Why is for the audit trail, not for whoever tried."""


def login_of(text: str) -> str:
    """Give a login in its one spelling."""
    return unicodedata.normalize("NFKC", text).strip().casefold()[:200]


def administrator_link(
    database: Database, now: datetime, language: Language, address: str | None = None
) -> str:
    """Give a new one-time token that signs in as the administrator for 15 minutes.

    Raises ConfigError(`user`) where that user is disabled or no administrator any more.
    """
    token = secrets.token_urlsafe(32)
    with database.write() as tx:
        user_id = access.user_for(
            tx, _FIRST, "管理者 / Administrator", rights.ADMINISTRATOR, language, now
        )
        user = access.user_by_id(tx, user_id)
        if user is None or not rights.may(user, Act.ADMINISTER):
            raise ConfigError(
                "user",
                f'The user "{_FIRST}" is disabled or no administrator any more. Use '
                f"hub user enable {_FIRST} and hub user role {_FIRST} administrator, "
                "or another administrator.",
                f"ユーザー「{_FIRST}」は停止中か、管理者ではなくなっています。"
                f"hub user enable {_FIRST} と hub user role {_FIRST} administrator を"
                "実行するか、別の管理者でサインインしてください。",
            )
        access.add_link(tx, sessions.digest(token), user_id, now, now + LINK_LIFE)
        by = By(actor="terminal", at=now, address=address)
        by.note(tx, "sign_in_link.made", f"user:{user_id}")
    return token


def redeem(
    database: Database, token: str, now: datetime, address: str | None, agent: str = ""
) -> str | None:
    """Use a terminal's link up and give a session token; None where it is unknown, used or old.

    Where the user has one-time codes, the session still waits for one.
    """
    with database.write() as tx:
        user_id = access.use_link(tx, sessions.digest(token), now)
        user = access.user_by_id(tx, user_id) if user_id is not None else None
        if user is None or not allow_list.lets_in(tx, user.role, address):
            return None
        session = sessions.begin(tx, user.id, Visitor(address=address, agent=agent), now)
        _note(tx, user, address, now)
    return session


def sign_in(
    database: Database, login: str, password: str, visitor: Visitor, now: datetime
) -> Entered | Wait | Wrong:
    """Sign in by password; the session still waits for a code where the user has codes."""
    login = login_of(login)
    with database.write() as tx:
        user = access.find_user(tx, login)
        counted = throttle.of(f"account:{login}", visitor, _known(tx, user, visitor, now))
        failures = throttle.begin(tx, counted, now)
        kept = access.secrets_of(tx, user.id).password_hash if user else None
    if isinstance(failures, Wait):
        return failures
    right = passwords.right(password, kept)
    with database.write() as tx:
        # Read anew: hashing takes a while, and in that time the user may have been disabled.
        user = access.find_user(tx, login)
        if not right or user is None or user.disabled_at or not _from_here(tx, user, visitor):
            _note_failure(tx, user, visitor, now, failures)
            return Wrong()
        throttle.succeeded(tx, counted)
        session = sessions.begin(tx, user.id, visitor, now)
        browser = None if user.two_step_at else _remember(tx, user, visitor, now)
        _note(tx, user, visitor.address, now)
    return Entered(session=session, browser=browser)


def second_step(
    database: Database, cipher: Cipher, token: str, code: str, visitor: Visitor, now: datetime
) -> Entered | Wait | Wrong:
    """Replace the half session of this token by a whole one, where the code is right."""
    with database.write() as tx:
        half = session_rows.find_session(tx, sessions.digest(token))
        if half is None or not sessions.alive(half, now):
            return Wrong()
        user = half.user
        counted = throttle.of(f"code:{user.id}", visitor, _known(tx, user, visitor, now))
        failures = throttle.begin(tx, counted, now)
        if isinstance(failures, Wait):
            return failures
        how = two_step.use(tx, cipher, user, code, now)
        if how is None or not _from_here(tx, user, visitor):
            _note_failure(tx, user, visitor, now, failures)
            return Wrong()
        throttle.succeeded(tx, counted)
        session_rows.end_session(tx, sessions.digest(token), now)
        session = sessions.begin(tx, user.id, visitor, now, second_at=now)
        browser = _remember(tx, user, visitor, now)
        by = By(actor=f"user:{user.id}", at=now, address=visitor.address)
        by.note(tx, f"second_step.{how}", f"user:{user.id}")
    return Entered(session=session, browser=browser)


def _known(tx: Tx, user: UserRow | None, visitor: Visitor, now: datetime) -> str | None:
    """Name the place that this user is known at, where the visitor comes from such a one."""
    if user is None:
        return None
    browser = sessions.digest(visitor.browser)
    if visitor.browser and session_rows.knows_browser(tx, user.id, browser, now - KNOWN):
        return f"browser:{browser.hex()}"
    since = now - _ADDRESS_KNOWN
    if visitor.address and session_rows.signed_in_from(tx, user.id, visitor.address, since):
        return f"address:{visitor.address}"
    return None


def _remember(tx: Tx, user: UserRow, visitor: Visitor, now: datetime) -> str | None:
    # A token that this user never had may have been put there by somebody else.
    browser = sessions.digest(visitor.browser)
    if visitor.browser and session_rows.knows_browser(tx, user.id, browser, now - KNOWN):
        session_rows.know_browser(tx, user.id, browser, now)
        return None
    token = secrets.token_urlsafe(32)
    session_rows.know_browser(tx, user.id, sessions.digest(token), now)
    return token


def _from_here(tx: Tx, user: UserRow, visitor: Visitor) -> bool:
    return allow_list.lets_in(tx, user.role, visitor.address)


def _note(tx: Tx, user: UserRow, address: str | None, now: datetime) -> None:
    action = "first_step.right" if user.two_step_at else "signed_in"
    by = By(actor=f"user:{user.id}", at=now, address=address)
    by.note(tx, action, f"user:{user.id}")


def _note_failure(
    tx: Tx, user: UserRow | None, visitor: Visitor, now: datetime, failures: int
) -> None:
    if throttle.worth_a_row(failures):
        by = By(actor="nobody", at=now, address=visitor.address)
        object_ = f"user:{user.id}" if user else "user:unknown"
        by.note(tx, "sign_in.failed", object_, {"failures": failures})
