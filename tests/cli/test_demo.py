"""`hub demo --once`: the main job from end to end is part of the tests."""

import os
import socket
import subprocess
import sys

import pytest


def demo(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub", "demo", *words],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("ja", "[1/10] 起動しました", "すべて確認できました"),
        ("en", "[1/10] Everything is running", "Everything came out as promised"),
    ],
)
def test_once_shows_every_step_and_ends_well(language: str, first: str, last: str) -> None:
    told = demo("--once", HUB_LANGUAGE=language)
    assert told.returncode == 0, told.stdout + told.stderr
    assert first in told.stdout
    assert last in told.stdout
    assert [f"[{step}/10]" in told.stdout for step in range(1, 11)] == [True] * 10
    # Whatever a process of the hub had to complain about would be here.
    assert told.stderr == ""


def test_the_shells_own_hub_is_not_touched(tmp_path) -> None:
    told = demo("--once", HUB_DATA_DIR=str(tmp_path / "mine"))
    assert told.returncode == 0, told.stdout + told.stderr
    assert not (tmp_path / "mine").exists()


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = demo("--once", "--port", str(taken.getsockname()[1]), HUB_LANGUAGE="en")
    assert told.returncode == 3
    assert "cannot be used" in told.stderr
