import pytest
import sqlalchemy as sa

from hub.sdk import ConfigError
from hub.store.cipher import Cipher
from hub.store.keys import new_ring
from hub.store.tables.people import contact

from .house import BODY

NAMELESS = BODY.replace("{{name}}様", "皆様")


def without_keys(house):
    """The same outbox in a process that can open nothing of this store."""
    house.cipher = Cipher(new_ring())
    return house.with_policy(house.policy)


def test_a_dry_run_of_a_text_that_names_nobody_decrypts_nothing(make_house):
    house = make_house(3, body=NAMELESS)
    made = house.create()
    dry = without_keys(house).preview(house.order("other"))
    assert dict(dry.states) == {"queued": 3}
    assert dry.segments == made.segments


def test_a_dry_run_decrypts_the_names_its_text_holds(make_house):
    house = make_house(1)
    with pytest.raises(ConfigError, match="does not open"):
        without_keys(house).preview(house.order())


def test_a_dry_run_says_whose_number_is_not_stored(make_house):
    house = make_house(2)
    with house.db.write() as tx:
        tx.execute(
            sa.update(contact).where(contact.c.id == house.contact_id(1)).values(number_enc=None)
        )
    dry = house.outbox.preview(house.order())
    assert (dict(dry.states), dict(dry.reasons)) == ({"queued": 1, "refused": 1}, {"erased": 1})
    assert dict(house.create().reasons) == {"erased": 1}
