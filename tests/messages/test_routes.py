from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.messages.routes import KINDS, choose
from hub.store.routes import RouteRow

AT = datetime(2026, 1, 13, tzinfo=UTC)
SUBJECTS = {"template": "sale", "purpose": "campaign", "site": "tokyo"}


def route(kind, subject):
    return RouteRow(id=1, kind=kind, subject=subject, gateways="3,5", set_at=AT, set_by="test")


EVERY = [route(kind, SUBJECTS.get(kind, "")) for kind in KINDS]


@given(st.sets(st.sampled_from(range(len(KINDS)))), st.randoms())
def test_the_most_telling_route_counts(places, chance):
    rows = [EVERY[place] for place in sorted(places)]
    expected = rows[0] if rows else None
    chance.shuffle(rows)
    assert choose(rows, SUBJECTS) == expected


def test_another_templates_route_is_none():
    assert choose([route("template", "other")], SUBJECTS) is None
    assert choose([route("site", "tokyo")], {"template": "sale", "purpose": "campaign"}) is None


def test_a_send_leaves_by_its_route_and_says_so_beforehand(make_house):
    house = make_house(1)
    house.route("spare", "sms", kind="purpose", subject="campaign")
    house.route("sms")
    order = house.order(gateway_id=None)
    assert house.outbox.preview(order).gateways == (house.spare_id, house.gateway_id)
    assert house.outbox.create(order).gateways == (house.spare_id, house.gateway_id)
    house.drain(gateway_id=house.spare_id)
    assert (len(house.spare.posts), house.gateway.posts) == (1, [])


def test_a_gateway_that_cannot_be_used_is_passed_over_when_ordering(make_house):
    house = make_house(1)
    house.route("spare", "sms")
    house.connections.disable(house.spare_id)
    assert house.create(gateway_id=None).gateways == (house.gateway_id,)


def test_where_none_can_be_used_the_messages_wait_at_the_first(make_house):
    house = make_house(1)
    house.route("spare", "sms")
    house.connections.disable(house.spare_id)
    house.connections.disable(house.gateway_id)
    assert house.create(gateway_id=None).gateways == (house.spare_id, house.gateway_id)
    assert house.states() == ["queued"]


def test_a_send_that_was_begun_goes_on_by_its_own_gateway(make_house):
    house = make_house(1)
    house.route("sms")
    house.create(gateway_id=None)
    house.route("spare")
    again = house.create(gateway_id=None)
    assert (again.already, again.gateways) == (True, (house.gateway_id,))


def test_without_a_route_a_gateway_must_be_named(make_house):
    house = make_house(1)
    with pytest.raises(ConfigError, match="no route gives one"):
        house.create(gateway_id=None)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["crm"], '"crm" is no gateway'),
        (["sms", "sms"], "each once"),
        ([], "one to 5 gateways"),
        (["smss"], 'Did you mean "sms"'),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(make_house, names, told):
    house = make_house(1)
    with pytest.raises(ConfigError, match=told):
        house.route(*names)
