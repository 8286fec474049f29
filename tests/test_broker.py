"""The embedded broker: a short private socket, a file that outlives it, nothing of others ended."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from hub.broker import connect, embedded, end_left_over, socket_path
from hub.config import read_config
from hub.errors import ConfigError


def config(folder, **more):
    return read_config({"HUB_DATA_DIR": str(folder), **more})


def test_the_socket_lies_in_the_data_folder(tmp_path):
    folder = tmp_path / "var"
    if len(os.fsencode(folder)) < 70:
        assert socket_path(folder) == folder / "broker" / "valkey.sock"


def test_a_deep_data_folder_has_a_short_socket_of_its_own(tmp_path):
    deep = tmp_path / ("deep" * 20) / ("deeper" * 10)
    other = tmp_path / ("deep" * 20) / ("deepest" * 10)
    assert len(os.fsencode(socket_path(deep))) < 100
    assert socket_path(deep) == socket_path(deep)
    assert socket_path(deep) != socket_path(other)


def test_a_broker_of_a_deep_folder_serves_and_its_socket_is_private(tmp_path):
    settings = config(tmp_path / ("深い" * 20) / ("deeper" * 10))
    server = embedded(settings)
    with server, connect(settings) as client:
        assert client.ping()
        folder = socket_path(settings.data_dir).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_what_it_held_is_there_again_after_a_restart(tmp_path):
    settings = config(tmp_path)
    with embedded(settings), connect(settings) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        client.set("kept", "yes")
    with embedded(settings), connect(settings) as client:
        assert client.get("kept") == b"yes"


def test_a_broker_whose_keeper_was_killed_is_ended_with_all_it_held_on_disk(tmp_path):
    settings = config(tmp_path)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "hub", "broker"],
        env={**os.environ, "HUB_DATA_DIR": str(tmp_path)},
        start_new_session=True,
    )
    with connect(settings) as client:
        wait_for(client)
        keeper.kill()
        keeper.wait()
        assert client.ping()
        client.set("kept", "yes")
    end_left_over(settings)
    with embedded(settings), connect(settings) as client:
        assert client.get("kept") == b"yes"


def test_where_no_broker_was_left_there_is_nothing_to_wait_for(tmp_path):
    before = time.monotonic()
    end_left_over(config(tmp_path))
    assert time.monotonic() - before < 1


def test_a_broker_of_somebody_else_is_never_ended(tmp_path, redis_url):
    end_left_over(config(tmp_path, HUB_REDIS_URL=redis_url))
    with Redis.from_url(redis_url) as theirs:
        assert theirs.ping()


def test_a_folder_that_is_open_to_others_is_refused(tmp_path):
    folder = tmp_path / "broker"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ConfigError, match="chmod 700"):
        embedded(config(tmp_path))


def test_a_link_put_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "broker").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        embedded(config(tmp_path))


def test_the_address_of_a_broker_never_shows_its_password(tmp_path):
    settings = config(tmp_path, HUB_REDIS_URL="redis://:sesame-open@127.0.0.1:6399/0")
    assert "sesame-open" not in repr(settings)
    assert isinstance(connect(settings), Redis)


def wait_for(client):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.ping()
            return
        except (RedisError, OSError):
            time.sleep(0.05)
    pytest.fail(f"No broker came in {Path.cwd()}.")
