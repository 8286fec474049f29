"""Networks: both kinds of address, each in one spelling, and nothing that is none."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access import allow_list
from hub.errors import ConfigError


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_address_is_in_every_network_around_it_also_when_written_as_ipv6(address, size):
    around = [str(ipaddress.ip_network(f"{address}/{size}", strict=False))]
    assert allow_list.allows(around, str(address))
    assert allow_list.allows(around, f"::ffff:{address}")


@given(st.ip_addresses(v=6), st.integers(1, 128))
def test_ipv6_networks_hold_their_addresses_and_no_ipv4(address, size):
    around = [allow_list.network(f"{address}/{size}")]
    mapped = address.ipv4_mapped is not None
    assert mapped or allow_list.allows(around, f"{address}%eth0")
    assert ":" not in around[0] or not allow_list.allows(around, "192.0.2.1")


@pytest.mark.parametrize("address", [None, "", "unix:", "203.0.113.7, 10.0.0.1", "localhost", "1"])
def test_what_is_no_address_is_in_no_network(address):
    assert not allow_list.allows(["0.0.0.0/0", "::/0"], address)


@pytest.mark.parametrize("address", [None, "", "203.0.113.7"])
def test_an_empty_list_allows_everything(address):
    assert allow_list.allows([], address)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        (" 203.0.113.77/24 ", "203.0.113.0/24"),
        ("2001:DB8::1/32", "2001:db8::/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_a_network_is_kept_in_its_one_spelling(typed, kept):
    assert allow_list.network(typed) == kept


@pytest.mark.parametrize("typed", ["", "here", "192.0.2.0/33", "192.0.2", "1.2.3.4/-1", "://"])
def test_what_is_no_network_is_refused_without_repeating_it(typed):
    with pytest.raises(ConfigError) as refused:
        allow_list.network(typed)
    assert len(typed) < 4 or typed not in refused.value.words.en
