"""Queries about one-time codes and recovery codes."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import access

_user, _code = access.user, access.recovery_code


def put_secret(tx: Tx, user_id: int, totp_enc: bytes) -> bool:
    """Keep a secret that is being set up; False where one is in force already."""
    done = tx.execute(
        sa.update(_user)
        .where(_user.c.id == user_id, _user.c.totp_at.is_(None))
        .values(totp_enc=totp_enc, totp_step=0)
    )
    return done.rowcount > 0


def enforce(tx: Tx, user_id: int, now: datetime) -> None:
    """Ask for one-time codes from now on."""
    tx.execute(sa.update(_user).where(_user.c.id == user_id).values(totp_at=now))


def use_step(tx: Tx, user_id: int, step: int) -> bool:
    """Use up a step of 30 seconds and all before it; False where it was used up already."""
    done = tx.execute(
        sa.update(_user)
        .where(_user.c.id == user_id, _user.c.totp_step < step)
        .values(totp_step=step)
    )
    return done.rowcount > 0


def clear(tx: Tx, user_id: int) -> None:
    """Forget the secret and the recovery codes of a user."""
    tx.execute(
        sa.update(_user)
        .where(_user.c.id == user_id)
        .values(totp_enc=None, totp_at=None, totp_step=0)
    )
    tx.execute(sa.delete(_code).where(_code.c.user_id == user_id))


def put_codes(tx: Tx, user_id: int, hashes: Sequence[bytes]) -> None:
    """Keep these recovery codes of a user and no other."""
    tx.execute(sa.delete(_code).where(_code.c.user_id == user_id))
    tx.execute(sa.insert(_code), [{"user_id": user_id, "code_hash": each} for each in hashes])


def use_code(tx: Tx, user_id: int, code_hash: bytes, now: datetime) -> bool:
    """Use up a recovery code; False where it is none or was used."""
    done = tx.execute(
        sa.update(_code)
        .where(
            _code.c.user_id == user_id,
            _code.c.code_hash == code_hash,
            _code.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return done.rowcount > 0


def codes_left(tx: Tx, user_id: int) -> int:
    """Count the recovery codes of a user that were not used."""
    query = sa.select(sa.func.count()).where(_code.c.user_id == user_id, _code.c.used_at.is_(None))
    return int(tx.execute(query).scalar_one())
