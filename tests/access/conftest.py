"""A store, a cipher, and somebody who set a password."""

import pytest

from hub.access import sessions, users
from hub.access.signin import Entered
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring

from .newcomers import HERE, PASSWORD, invite, user


@pytest.fixture
def db(store_url):
    database = Database(store_url)
    yield database
    database.close()


@pytest.fixture
def cipher():
    return Cipher(new_ring())


@pytest.fixture
def sato(db, clock):
    """Somebody who set a password and has gone again."""
    entered = users.accept(db, invite(db, clock).token, PASSWORD, HERE, clock())
    assert isinstance(entered, Entered)
    sessions.sign_out(db, entered.session, clock())
    return user(db)
