import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mediasms.smsid import PROBE, key_of, smsid_of

prefixes = st.sampled_from(["", "A1", "hub"])
keys = st.one_of(
    st.uuids().map(lambda made: made.hex),
    st.uuids().map(str),
    st.text(min_size=1).filter(lambda text: text.isprintable()),
    st.from_regex(r"x[0-9a-f]*", fullmatch=True),
)


def test_the_hubs_own_keys_are_sent_as_they_are():
    key = uuid.uuid4().hex

    assert smsid_of(key, "") == key
    assert smsid_of(key, "A1") == f"A1{key}"


@given(keys, prefixes)
def test_every_key_is_written_in_letters_and_digits_and_comes_back_whole(key, prefix):
    smsid = smsid_of(key, prefix)

    assert smsid.isascii()
    assert smsid.isalnum()
    assert smsid != prefix + PROBE
    assert key_of(smsid, prefix) == key


@given(keys, keys, prefixes)
def test_two_keys_never_share_an_smsid(one, other, prefix):
    assert (smsid_of(one, prefix) == smsid_of(other, prefix)) == (one == other)


@pytest.mark.parametrize(
    "smsid", ["", "B2abc", "A1", "A1x", "A1xzz", "A1xff", "A1x00", "A1a-b", "A1é"]
)
def test_an_smsid_of_another_system_has_no_key(smsid):
    assert key_of(smsid, "A1") is None
