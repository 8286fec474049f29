"""Somebody who was invited, for the tests of users, sign-in and two-step."""

from base64 import b32decode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from hub.access import sessions, signin, two_step, users
from hub.access.by import By
from hub.access.sessions import Visitor
from hub.access.users import Newcomer
from hub.store import access

PASSWORD = "correct horse battery"
OTHER = "staple violin carrot"
HERE = Visitor(address="192.0.2.1", agent="Browser 1")
STRANGER = Visitor(address="198.51.100.1")


def by(clock):
    return By(actor="user:9", at=clock(), address="192.0.2.9")


def invite(db, clock, login="sato", role="operator", **more):
    with db.write() as tx:
        newcomer = Newcomer(login=login, label="", role=role, language="ja", **more)
        return users.invite(tx, newcomer, by(clock))


def user(db, login="sato"):
    with db.read() as tx:
        found = access.find_user(tx, login)
    assert found
    return found


def enter(db, clock, password=PASSWORD, login="sato", who=HERE):
    return signin.sign_in(db, login, password, who, clock())


def code_of(secret, clock):
    return TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(clock().timestamp())).decode()


def set_up(db, cipher, clock, login="sato"):
    """Turn two-step on; give the secret and what was shown."""
    entered = enter(db, clock, login=login)
    session = sessions.find(db, entered.session, clock())
    secret = two_step.secret(db, cipher, session.user)
    done = two_step.confirm(db, cipher, session, code_of(secret, clock), HERE, clock())
    assert done
    clock.advance(30)
    return secret, done
