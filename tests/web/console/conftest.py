"""The console over a hub with a history, made once a file."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from .shop import Shop

# A Tuesday morning in Japan, inside every usual sending window.
MORNING = datetime(2026, 1, 13, 10, 0, tzinfo=timezone(timedelta(hours=9)))


@pytest.fixture(scope="module")
def shop(valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A hub that has pulled, sent, and been told to stop."""
    home: Path = tmp_path_factory.mktemp("shop")
    shop = Shop(home, f"unix://{valkey.unix_socket_path}", MORNING)
    shop.trade()
    yield shop
    shop.close()


@pytest.fixture(autouse=True)
def _time_stands_still(shop: Shop) -> None:
    """Every test begins at the same moment, whatever the one before it did to the clock."""
    shop.clock.stop(MORNING)
