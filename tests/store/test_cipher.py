"""Encryption at rest and the keyed index of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.store.cipher import LOOK_AGAIN_SECONDS, LOOKUP_BYTES, Cipher, Keys
from hub.store.database import StoreUnavailable
from hub.store.keys import KeyRing, new_ring

RING = new_ring()
CIPHER = Cipher(RING)
NUMBER = "+819012345678"
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


def older_and_newer() -> tuple[KeyRing, KeyRing]:
    """A ring, and the same with a second key of each kind."""
    second = new_ring()
    both = KeyRing(
        data={1: RING.data[1], 2: second.data[1]}, index={1: RING.index[1], 2: second.index[1]}
    )
    return RING, both


@given(TEXTS, TEXTS)
def test_a_text_comes_back_as_it_went_in(text, context):
    assert CIPHER.decrypt(CIPHER.encrypt(text, context), context) == text


def test_the_same_text_is_never_the_same_twice():
    blobs = {CIPHER.encrypt(NUMBER, "contact.number:1") for _ in range(50)}
    assert len(blobs) == 50
    assert all(NUMBER.encode() not in blob for blob in blobs)


@given(TEXTS, TEXTS.filter(bool))
def test_a_value_opens_only_in_the_place_it_was_written_for(text, elsewhere):
    blob = CIPHER.encrypt(text, "contact.number:1")
    with pytest.raises(ConfigError):
        CIPHER.decrypt(blob, "contact.number:1" + elsewhere)


@given(st.data())
def test_a_changed_byte_is_found(data):
    blob = bytearray(CIPHER.encrypt(NUMBER, "x"))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ConfigError):
        CIPHER.decrypt(bytes(blob), "x")


@given(st.binary(max_size=60))
def test_rubbish_is_told_and_nothing_else_happens(blob):
    with pytest.raises(ConfigError) as told:
        CIPHER.decrypt(blob, "x")
    assert told.value.key == "HUB_KEYS"


def test_a_key_the_ring_lacks_is_named_by_its_number():
    _, both = older_and_newer()
    blob = Cipher(both).encrypt(NUMBER, "x")
    with pytest.raises(ConfigError, match="data key 2 does not open") as told:
        CIPHER.decrypt(blob, "x")
    assert "データ鍵2" in told.value.words.ja


def test_after_a_rotation_old_values_still_open_and_new_ones_use_the_new_key():
    old, both = older_and_newer()
    blob = Cipher(old).encrypt(NUMBER, "x")
    rotated = Cipher(both)
    assert rotated.decrypt(blob, "x") == NUMBER
    assert rotated.encrypt(NUMBER, "x")[1:3] == b"\0\2"


def test_a_number_is_found_by_every_index_key_the_current_one_first():
    old, both = older_and_newer()
    rotated = Cipher(both)
    current, earlier = rotated.lookups(NUMBER)
    assert current == rotated.lookup(NUMBER) != earlier
    assert earlier == Cipher(old).lookup(NUMBER)
    assert len(current) == len(earlier) == LOOKUP_BYTES


def test_which_key_new_values_use_can_be_told():
    _, both = older_and_newer()
    cipher = Cipher(Keys(ring=both, data=1, index=1))
    assert cipher.encrypt(NUMBER, "x")[1:3] == b"\0\1"
    assert cipher.lookups(NUMBER).numbers == (1, 2)
    assert cipher.lookups(NUMBER).under(2) == Cipher(both).lookup(NUMBER)
    with pytest.raises(ConfigError, match="uses index key 3") as told:
        cipher.lookups(NUMBER).under(3)
    assert "索引鍵3" in told.value.words.ja


def test_it_looks_for_new_keys_after_a_while_and_at_once_for_one_it_does_not_know():
    old, both = older_and_newer()
    now, asked = [0.0], []

    def source(before: KeyRing) -> Keys:
        asked.append(before)
        return Keys(ring=both, data=2, index=2)

    cipher = Cipher(old, source, timer=lambda: now[0])
    cipher.encrypt(NUMBER, "x")
    assert asked == []
    assert cipher.decrypt(Cipher(both).encrypt(NUMBER, "x"), "x") == NUMBER
    assert asked == [old]
    now[0] = LOOK_AGAIN_SECONDS
    assert cipher.encrypt(NUMBER, "x")[1:3] == b"\0\2"
    assert len(asked) == 2
    assert cipher.lookups(NUMBER).numbers == (2, 1)
    assert len(asked) == 2


def test_it_goes_on_with_what_it_knows_where_the_store_is_away(caplog):
    old, _ = older_and_newer()

    def source(before: KeyRing) -> Keys:
        raise StoreUnavailable("The store cannot be reached.", "接続できません。")

    cipher = Cipher(old, source)
    cipher.look_again()
    assert cipher.decrypt(cipher.encrypt(NUMBER, "x"), "x") == NUMBER
    assert "could not be looked at again" in caplog.text


def test_a_fingerprint_is_known_again_after_a_rotation():
    old, both = older_and_newer()
    kept = Cipher(old).fingerprint("a text")
    rotated = Cipher(both)
    assert rotated.fingerprint("a text") != kept
    assert rotated.knows(kept, "a text")
    assert not rotated.knows(kept, "another text")
    assert not Cipher(new_ring()).knows(kept, "a text")


def test_the_index_is_keyed():
    assert Cipher(new_ring()).lookup(NUMBER) != CIPHER.lookup(NUMBER)
    assert CIPHER.lookup(NUMBER) == CIPHER.lookup(NUMBER)
    assert CIPHER.lookup(NUMBER) != CIPHER.lookup("+819012345679")
