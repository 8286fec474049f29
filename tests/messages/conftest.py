"""A hub with made-up people, on each kind of store."""

from collections.abc import Callable, Iterator

import pytest

from .doubles import Gateway, Platform, contact
from .house import House, numbers

MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(store_url, redis_url, clock) -> Iterator[MakeHouse]:
    """Make a hub whose platform holds so many people who agreed, with a template ready."""
    made = []

    def make(people=3, *, gateway=None, prepare=True, **about):
        platform = Platform([contact(place, n) for place, n in enumerate(numbers(people), 1)])
        house = House(store_url, redis_url, clock, gateway or Gateway(), platform)
        made.append(house)
        if prepare:
            house.prepare(**about)
        return house

    # For tests that draw many examples in one hub.
    make.one = lambda *args, **about: made[0] if made else make(*args, **about)
    yield make
    for house in made:
        house.db.close()
