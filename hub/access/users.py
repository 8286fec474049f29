"""Users: invited by a one-time link, disabled and enabled, with a role, sites and rights."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.access import passwords, rights, sessions, throttle
from hub.access.by import By
from hub.access.sessions import Visitor
from hub.access.signin import Entered, login_of
from hub.access.throttle import Wait
from hub.errors import ConfigError
from hub.store import access
from hub.store.access import UserRow
from hub.store.database import Database, Tx
from hub.values.words import Words

User = UserRow

INVITATION_LIFE = timedelta(hours=72)
_INVITATION = "invitation"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._+@-]{1,99}")

WRONG_PASSWORD = Words(
    "いまのパスワードが正しくありません。もう一度入力してください。",
    "The present password is wrong. Type it again.",
)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A link that was just made. `token` is nowhere else."""

    user_id: int
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Who is to be invited: as which role, for which sites, with which rights."""

    login: str
    label: str
    role: str
    language: str
    sites: Collection[int] = ()
    rights: Collection[str] = ()


def invite(tx: Tx, newcomer: Newcomer, by: By) -> Invitation:
    """Make a user without a password, and a link good once within 72 hours that sets one.

    Raises ConfigError: `login`, `role` or `right` for what is wrong.
    """
    login = login_of(newcomer.login)
    if not _LOGIN.fullmatch(login):
        raise ConfigError(
            "login",
            "login: write 2 to 100 letters a-z, digits, dots, dashes, or a mail address.",
            "login: 半角英数字・記号(._+@-)の2〜100文字、またはメールアドレスを書いてください。",
        )
    if access.find_user(tx, login) is not None:
        raise ConfigError(
            "login",
            "login: there is such a user already. Choose another, or make that one a new link.",
            "login: そのログイン名はすでに使われています。別の名前にするか、"
            "そのユーザーに新しいリンクを発行してください。",
        )
    _check_role(newcomer.role)
    _check_rights(newcomer.rights)
    label = newcomer.label.strip()[:200] or login
    user_id = access.user_for(tx, login, label, newcomer.role, newcomer.language, by.at)
    access.change_user(tx, user_id, rights=sorted(newcomer.rights))
    access.set_sites(tx, user_id, newcomer.sites)
    return _link(tx, user_id, by, "user.invited")


def new_link(tx: Tx, user_id: int, by: By) -> Invitation:
    """Make a user a new link that sets a password; earlier ones are good for nothing.

    A user with one-time codes still needs one afterwards.
    """
    return _link(tx, user_id, by, "user.link_made")


def invited(tx: Tx, token: str, now: datetime) -> User | None:
    """Give who is invited by this link, without using it up."""
    user_id = access.link_user(tx, sessions.digest(token), now, _INVITATION)
    return None if user_id is None else access.user_by_id(tx, user_id)


def accept(
    database: Database, token: str, password: str, visitor: Visitor, now: datetime
) -> Entered | Words | None:
    """Use a link up: set the password and give a session.

    What is wrong with the password comes back as words; None where the link is unknown, used or
    old. All other sessions of the user end.
    """
    with database.read() as tx:
        user = invited(tx, token, now)
    if user is None:
        return None
    wrong = passwords.problem(password, user.login)
    if wrong is not None:
        return wrong
    kept = passwords.make(password)
    with database.write() as tx:
        if access.use_link(tx, sessions.digest(token), now, _INVITATION) is None:
            return None
        by = By(actor=f"user:{user.id}", at=now, address=visitor.address)
        access.change_user(tx, user.id, password_hash=kept)
        sessions.end_all(tx, user.id, by)
        session = sessions.begin(tx, user.id, visitor, now)
        by.note(tx, "password.set", f"user:{user.id}")
    return Entered(session=session)


def change_password(
    database: Database, user: User, old: str, new: str, visitor: Visitor, now: datetime, keep: str
) -> Words | Wait | None:
    """Set another password where the old one is right, or a first one where there is none.

    None where it is done; the user's other sessions end, that of the token `keep` does not.
    """
    wrong = passwords.problem(new, user.login)
    if wrong is not None:
        return wrong
    by = By(actor=f"user:{user.id}", at=now, address=visitor.address)
    counted = throttle.of(f"password:{user.id}", visitor, "own")
    with database.write() as tx:
        failures = throttle.begin(tx, counted, now)
        kept = access.secrets_of(tx, user.id).password_hash
    if isinstance(failures, Wait):
        return failures
    if kept is not None and not passwords.right(old, kept):
        return WRONG_PASSWORD
    made = passwords.make(new)
    with database.write() as tx:
        throttle.succeeded(tx, counted)
        access.change_user(tx, user.id, password_hash=made)
        sessions.end_all(tx, user.id, by, but=keep)
        by.note(tx, "password.changed", f"user:{user.id}")
    return None


def every(tx: Tx) -> list[User]:
    """Give all users by login, disabled ones too."""
    return access.every_user(tx)


def disable(tx: Tx, user: User, by: By) -> None:
    """Keep a user out from now on; sessions and unused links end.

    Raises ConfigError(`user`) for the last administrator.
    """
    _keep_one(tx, user)
    access.change_user(tx, user.id, disabled_at=by.at)
    access.end_links(tx, user.id, _INVITATION, by.at)
    sessions.end_all(tx, user.id, by)
    by.note(tx, "user.disabled", f"user:{user.id}")


def enable(tx: Tx, user: User, by: By) -> None:
    """Let a user in again."""
    access.change_user(tx, user.id, disabled_at=None)
    by.note(tx, "user.enabled", f"user:{user.id}")


def set_role(tx: Tx, user: User, role: str, by: By) -> None:
    """Give a user another role.

    Raises ConfigError: `role` for an unknown one, `user` for the last administrator.
    """
    _check_role(role)
    if role != rights.ADMINISTRATOR:
        _keep_one(tx, user)
    access.change_user(tx, user.id, role=role)
    by.note(tx, "user.role_changed", f"user:{user.id}", {"from": user.role, "to": role})


def set_sites(tx: Tx, user: User, site_ids: Collection[int], by: By) -> None:
    """Let a user have these sites and no other."""
    access.set_sites(tx, user.id, site_ids)
    by.note(tx, "user.sites_changed", f"user:{user.id}", {"sites": sorted(set(site_ids))})


def set_rights(tx: Tx, user: User, wanted: Collection[str], by: By) -> None:
    """Let a user have these rights and no other. Raises ConfigError(`right`) for an unknown one."""
    _check_rights(wanted)
    access.change_user(tx, user.id, rights=sorted(set(wanted)))
    by.note(tx, "user.rights_changed", f"user:{user.id}", {"rights": sorted(set(wanted))})


def _link(tx: Tx, user_id: int, by: By, action: str) -> Invitation:
    access.end_links(tx, user_id, _INVITATION, by.at)
    token = secrets.token_urlsafe(32)
    expires_at = by.at + INVITATION_LIFE
    access.add_link(tx, sessions.digest(token), user_id, by.at, expires_at, _INVITATION)
    by.note(tx, action, f"user:{user_id}")
    return Invitation(user_id=user_id, token=token, expires_at=expires_at)


def _check_role(role: str) -> None:
    if role not in rights.ROLES:
        raise ConfigError(
            "role",
            "role: write administrator or operator.",
            "role: administrator(管理者)または operator(オペレータ)と書いてください。",
        )


def _check_rights(wanted: Collection[str]) -> None:
    known: Sequence[str] = sorted(rights.RIGHTS)
    if set(wanted) - set(known):
        raise ConfigError(
            "right",
            f"right: write {', '.join(known)}.",
            f"right: {', '.join(known)} のいずれかを書いてください。",
        )


def _keep_one(tx: Tx, user: User) -> None:
    if user.role == rights.ADMINISTRATOR and not access.other_administrators(tx, user.id):
        raise ConfigError(
            "user",
            "user: this is the last administrator. Let another one set a password first.",
            "user: 最後の管理者です。先に別の管理者がパスワードを設定する必要があります。",
        )
