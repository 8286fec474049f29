"""Real processes: slow to start, so a file shares them where it can."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .machine import Machine


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which nothing runs yet."""
    home: Path = tmp_path_factory.mktemp("machine")
    machine = Machine(home)
    yield machine
    machine.close()
