"""Queries about users, their sites, and the links by which they get in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import access

_user, _link, _user_site = access.user, access.sign_in_link, access.user_site


@dataclass(frozen=True, kw_only=True)
class UserRow:
    """One user of the console.

    `rights` are what an operator may do beyond the role, `sites` the ids of the user's sites.
    `two_step_at` is since when one-time codes are asked for; `invited` says that no password was
    set yet.
    """

    id: int
    login: str
    label: str
    role: str
    language: str
    rights: Sequence[str] = ()
    sites: frozenset[int] = frozenset()
    two_step_at: datetime | None = None
    disabled_at: datetime | None = None
    invited: bool = False


@dataclass(frozen=True, kw_only=True)
class SecretsRow:
    """What a user signs in with: the password's hash, the encrypted secret of one-time codes."""

    password_hash: str | None = field(repr=False)
    totp_enc: bytes | None = field(repr=False)
    totp_at: datetime | None
    totp_step: int


def totp_context(login: str) -> str:
    """Name the place of a user's one-time secret for the cipher."""
    return f"hub_user.totp:{login}"


def user_for(tx: Tx, login: str, label: str, role: str, language: str, now: datetime) -> int:
    """Give the id of the user with this login, made with these values if it is not there."""
    known = tx.execute(sa.select(_user.c.id).where(_user.c.login == login)).scalar()
    if known is not None:
        return int(known)
    made = tx.execute(
        sa.insert(_user).values(
            login=login, label=label, role=role, language=language, created_at=now, rights=[]
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def find_user(tx: Tx, login: str) -> UserRow | None:
    """Give the user with this login, a disabled one too."""
    return _first(tx, _user.c.login == login)


def user_by_id(tx: Tx, user_id: int) -> UserRow | None:
    """Give one user, a disabled one too."""
    return _first(tx, _user.c.id == user_id)


def every_user(tx: Tx) -> list[UserRow]:
    """Give all users by login, disabled ones too."""
    return _rows(tx, sa.select(_user).order_by(_user.c.login))


def other_administrators(tx: Tx, user_id: int) -> int:
    """Count the administrators who could take over from this user: not disabled, not invited."""
    query = sa.select(sa.func.count()).where(
        _user.c.id != user_id,
        _user.c.role == "administrator",
        _user.c.disabled_at.is_(None),
        _user.c.password_hash.is_not(None),
    )
    return int(tx.execute(query).scalar_one())


def change_user(tx: Tx, user_id: int, **values: Any) -> None:
    """Change columns of a user: role, rights, label, disabled_at, password_hash."""
    tx.execute(sa.update(_user).where(_user.c.id == user_id).values(**values))


def set_sites(tx: Tx, user_id: int, site_ids: Collection[int]) -> None:
    """Let a user have these sites and no other."""
    tx.execute(sa.delete(_user_site).where(_user_site.c.user_id == user_id))
    for site_id in sorted(set(site_ids)):
        tx.execute(sa.insert(_user_site).values(user_id=user_id, site_id=site_id))


def secrets_of(tx: Tx, user_id: int) -> SecretsRow:
    """Give what a user signs in with."""
    names = ("password_hash", "totp_enc", "totp_at", "totp_step")
    row = tx.execute(
        sa.select(*(_user.c[name] for name in names)).where(_user.c.id == user_id)
    ).one()
    return SecretsRow(**row._mapping)


def add_link(
    tx: Tx,
    token_hash: bytes,
    user_id: int,
    now: datetime,
    expires_at: datetime,
    kind: str = "terminal",
) -> None:
    """Keep a one-time link by the hash of its token."""
    tx.execute(
        sa.insert(_link).values(
            token_hash=token_hash,
            user_id=user_id,
            kind=kind,
            created_at=now,
            expires_at=expires_at,
        )
    )


def link_user(tx: Tx, token_hash: bytes, now: datetime, kind: str) -> int | None:
    """Give whose link this is without using it up; None where it is not good any more."""
    found = tx.execute(sa.select(_link.c.user_id).where(*_good(token_hash, now, kind))).scalar()
    return None if found is None else int(found)


def use_link(tx: Tx, token_hash: bytes, now: datetime, kind: str = "terminal") -> int | None:
    """Use up a link and give its user; None where it is unknown, used, old or the user disabled."""
    used = tx.execute(
        sa.update(_link)
        .where(*_good(token_hash, now, kind))
        .values(used_at=now)
        .returning(_link.c.user_id)
    ).scalar()
    return None if used is None else int(used)


def end_links(tx: Tx, user_id: int, kind: str, now: datetime) -> None:
    """Make the links of a user that were not used yet good for nothing."""
    tx.execute(
        sa.update(_link)
        .where(_link.c.user_id == user_id, _link.c.kind == kind, _link.c.used_at.is_(None))
        .values(used_at=now)
    )


def _good(token_hash: bytes, now: datetime, kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _link.c.token_hash == token_hash,
        _link.c.kind == kind,
        _link.c.used_at.is_(None),
        _link.c.expires_at > now,
        _link.c.user_id.in_(sa.select(_user.c.id).where(_user.c.disabled_at.is_(None))),
    )


def _first(tx: Tx, where: sa.ColumnElement[bool]) -> UserRow | None:
    found = _rows(tx, sa.select(_user).where(where))
    return found[0] if found else None


def _rows(tx: Tx, query: sa.Select[Any]) -> list[UserRow]:
    rows = tx.execute(query).all()
    sites: dict[int, set[int]] = {row.id: set() for row in rows}
    wanted = sa.select(_user_site).where(_user_site.c.user_id.in_(sites))
    for user_id, site_id in tx.execute(wanted):
        sites[user_id].add(site_id)
    return [
        UserRow(
            id=row.id,
            login=row.login,
            label=row.label,
            role=row.role,
            language=row.language,
            rights=tuple(row.rights),
            sites=frozenset(sites[row.id]),
            two_step_at=row.totp_at,
            disabled_at=row.disabled_at,
            invited=row.password_hash is None,
        )
        for row in rows
    ]
