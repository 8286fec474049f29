"""An opt-in form over a hub of its own, for every test."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from .counter import Counter, opened

MORNING = datetime(2026, 1, 13, 10, 0, tzinfo=timezone(timedelta(hours=9)))


@pytest.fixture
def counter(redis_url: str, tmp_path: Path) -> Iterator[Counter]:
    counter = opened(tmp_path, redis_url, MORNING)
    yield counter
    counter.close()
