"""A shop whose own systems call the API."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from .caller import Caller

MORNING = datetime(2026, 1, 13, 10, 0, tzinfo=timezone(timedelta(hours=9)))


@pytest.fixture
def caller(redis_url: str, tmp_path: Path) -> Iterator[Caller]:
    caller = Caller(tmp_path, redis_url, MORNING)
    caller.open()
    caller.key = caller.new_key("consents:read", "consents:write")
    yield caller
    caller.close()
