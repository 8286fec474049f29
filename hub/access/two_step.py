"""Two-step sign-in: set up with an app, ten recovery codes, demanded of all, reset for one."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.access import codes, sessions
from hub.access.by import By
from hub.access.sessions import Session, Visitor
from hub.store import access, facts
from hub.store import sessions as session_rows
from hub.store import two_step as queries
from hub.store.access import UserRow, totp_context
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx

_DEMANDED = "two_step_demanded"


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """Two-step is in force: the whole session that replaces the old one, and what is shown once."""

    session: str = field(repr=False)
    recovery_codes: list[str] = field(repr=False)


def demanded(tx: Tx) -> bool:
    """Say whether everybody has to use one-time codes."""
    return facts.get(tx, _DEMANDED) is not None


def demand(tx: Tx, on: bool, by: By) -> None:
    """Demand one-time codes of everybody, or leave it to each."""
    if on:
        facts.remember(tx, _DEMANDED, "all")
    else:
        facts.forget(tx, _DEMANDED, "all")
    by.note(tx, "two_step.demanded" if on else "two_step.left_to_each", "hub")


def secret(database: Database, cipher: Cipher, user: UserRow) -> str | None:
    """Give the secret that this user is setting up, the same one until it is confirmed.

    None where codes are in force: a secret is shown to nobody again.
    """
    with database.write() as tx:
        kept = access.secrets_of(tx, user.id)
        if kept.totp_at is not None:
            return None
        if kept.totp_enc is not None:
            return cipher.decrypt(kept.totp_enc, totp_context(user.login))
        made = codes.new_secret()
        sealed = cipher.encrypt(made, totp_context(user.login))
        return made if queries.put_secret(tx, user.id, sealed) else None


def confirm(
    database: Database,
    cipher: Cipher,
    session: Session,
    code: str,
    visitor: Visitor,
    now: datetime,
) -> SetUp | None:
    """Put two-step in force by a first right code; None where it is wrong.

    The session is replaced and the user's other ones end: they never gave a code.
    """
    user = session.user
    with database.write() as tx:
        kept = access.secrets_of(tx, user.id)
        if kept.totp_at is not None or not _use_step(tx, cipher, user, code, now):
            return None
        queries.enforce(tx, user.id, now)
        fresh = codes.new_recovery_codes()
        queries.put_codes(tx, user.id, [codes.recovery_hash(each) for each in fresh])
        session_rows.end_all(tx, user.id, now)
        made = sessions.begin(tx, user.id, visitor, now, second_at=now)
        by = By(actor=f"user:{user.id}", at=now, address=visitor.address)
        by.note(tx, "two_step.set_up", f"user:{user.id}")
    return SetUp(session=made, recovery_codes=fresh)


def use(tx: Tx, cipher: Cipher, user: UserRow, code: str, now: datetime) -> str | None:
    """Use up a code; give `code` or `recovery_code`, None where it is wrong or was used."""
    if _use_step(tx, cipher, user, code, now):
        return "code"
    if queries.use_code(tx, user.id, codes.recovery_hash(code), now):
        return "recovery_code"
    return None


def renew_codes(tx: Tx, user_id: int, by: By) -> list[str]:
    """Give ten new recovery codes; those from before are good for nothing."""
    fresh = codes.new_recovery_codes()
    queries.put_codes(tx, user_id, [codes.recovery_hash(each) for each in fresh])
    by.note(tx, "recovery_codes.renewed", f"user:{user_id}")
    return fresh


def codes_left(tx: Tx, user_id: int) -> int:
    """Count the recovery codes of a user that were not used."""
    return queries.codes_left(tx, user_id)


def reset(tx: Tx, user_id: int, by: By) -> None:
    """Forget a user's codes, for one who lost the phone; all sessions of the user end."""
    queries.clear(tx, user_id)
    sessions.end_all(tx, user_id, by)
    by.note(tx, "two_step.reset", f"user:{user_id}")


def _use_step(tx: Tx, cipher: Cipher, user: UserRow, code: str, now: datetime) -> bool:
    kept = access.secrets_of(tx, user.id)
    if kept.totp_enc is None:
        return False
    text = cipher.decrypt(kept.totp_enc, totp_context(user.login))
    step = codes.step_of(text, code, now, kept.totp_step)
    return step is not None and queries.use_step(tx, user.id, step)
