"""Plugins' shelves: shared by all processes, encrypted, and never to be relied on."""

import subprocess
import sys
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.sandbox import ZendeskSandbox
from hub.connections.shelf import Shelves
from hub.settings import SecretText
from hub.store.cipher import Cipher
from hub.store.keys import KeyRing
from hub.values.shelf import LONGEST_SECONDS, MOST_CHARACTERS, MemoryShelf, Shelf, bounded

SETTINGS = {"user": "shop", "password": SecretText("sesame"), "base_url": None}
TOKEN = "a-token-of-the-platform"


def cipher(first: int = 1) -> Cipher:
    return Cipher(KeyRing(data={first: bytes([first]) * 32}, index={1: bytes([9]) * 32}))


@pytest.fixture
def broker(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(redis_url)


def shelf(broker: redis.Redis, id_: int = 1, **changes: Any) -> Shelf:
    return Shelves(broker, cipher()).of(id_, SETTINGS | changes)


@pytest.fixture(params=["memory", "broker"])
def any_shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "memory":
        return MemoryShelf()
    return shelf(redis.Redis.from_url(request.getfixturevalue("redis_url")))


def test_a_text_is_found_again_until_it_is_taken_away(any_shelf: Shelf) -> None:
    assert any_shelf.get("token") is None
    any_shelf.put("token", TOKEN, 60)
    any_shelf.put("other", "日本語", 60)
    assert (any_shelf.get("token"), any_shelf.get("other")) == (TOKEN, "日本語")
    any_shelf.put("token", "", 60)
    any_shelf.put("other", "日本語", 0)
    assert any_shelf.get("token") is any_shelf.get("other") is None


def test_a_text_that_is_too_long_is_a_bug_of_the_plugin(any_shelf: Shelf) -> None:
    any_shelf.put("token", "x" * MOST_CHARACTERS, 60)
    with pytest.raises(ValueError, match="4096 characters"):
        any_shelf.put("token", "x" * (MOST_CHARACTERS + 1), 60)
    assert any_shelf.get("token") == "x" * MOST_CHARACTERS


def test_a_text_ends_with_its_time() -> None:
    now = 0.0
    kept = MemoryShelf(lambda: now)
    kept.put("token", TOKEN, 10)
    now = 9.9
    assert kept.get("token") == TOKEN
    now = 10.0
    assert kept.get("token") is None


def test_the_broker_ends_it_too(broker: redis.Redis) -> None:
    shelf(broker).put("token", TOKEN, 1e9)
    (name,) = broker.keys("hub:shelf:*")
    assert 0 < broker.pttl(name) <= LONGEST_SECONDS * 1000


@given(st.text(max_size=50), st.floats(allow_nan=False))
def test_a_text_is_kept_for_a_week_at_most_and_an_empty_one_never(
    text: str, seconds: float
) -> None:
    kept = bounded(text, seconds)
    assert 0 <= kept <= LONGEST_SECONDS
    assert (kept > 0) == (bool(text) and seconds > 0)


def test_nothing_of_it_is_clear_in_the_broker(broker: redis.Redis) -> None:
    shelf(broker).put("token:user-7", TOKEN, 60)
    (name,) = broker.keys("*")
    stored = name + broker.get(name)
    for secret in (TOKEN, "sesame", "token", "user-7", "shop"):
        assert secret.encode() not in stored


def test_connections_do_not_share_a_shelf(broker: redis.Redis) -> None:
    shelf(broker, 1).put("token", TOKEN, 60)
    assert shelf(broker, 2).get("token") is None
    names = broker.keys("hub:shelf:1:*")
    broker.rename(names[0], names[0].replace(b":1:", b":2:"))
    # Copied under another's name it does not open.
    assert shelf(broker, 2).get("token") is None


def test_changed_settings_begin_with_an_empty_shelf(broker: redis.Redis) -> None:
    shelf(broker).put("token", TOKEN, 60)
    assert shelf(broker, password=SecretText("another")).get("token") is None
    assert shelf(broker).get("token") == TOKEN


def test_what_no_key_opens_is_not_there(broker: redis.Redis) -> None:
    shelf(broker).put("token", TOKEN, 60)
    assert Shelves(broker, cipher(2)).of(1, SETTINGS).get("token") is None
    broker.set(broker.keys("hub:shelf:*")[0], b"rubbish")
    assert shelf(broker).get("token") is None


def test_a_wiped_broker_is_an_empty_shelf(broker: redis.Redis) -> None:
    kept = shelf(broker)
    kept.put("token", TOKEN, 60)
    broker.flushall()
    assert kept.get("token") is None


def test_a_broker_that_is_away_is_no_error() -> None:
    away = shelf(redis.Redis(unix_socket_path="/nowhere/valkey.sock"))
    away.put("token", TOKEN, 60)
    assert away.get("token") is None


IN_A_PROCESS_OF_ITS_OWN = """
from connectors.zendesk.client import ZendeskClient
from hub.factory import build
connections = build().connections
print(ZendeskClient(connections.open(connections.row("desk"))).me().role)
"""


def test_two_processes_sign_in_once(
    tmp_path: Any, sqlite_url: str, redis_url: str, broker: redis.Redis
) -> None:
    with ZendeskSandbox(people=3, limits=False) as zendesk:
        file = tmp_path / "plugins.toml"
        file.write_text(
            f"""
            [plugins]
            load = ["zendesk"]
            [connections.desk]
            plugin = "zendesk"
            label = "窓口"
            subdomain = "sandbox"
            client_id = "{zendesk.credentials()["client_id"]}"
            client_secret = {{ env = "DESK_SECRET" }}
            base_url = "{zendesk.base_url}"
            """,
            encoding="utf-8",
        )
        environ = {
            "DESK_SECRET": zendesk.credentials()["client_secret"],
            "HUB_DATA_DIR": str(tmp_path / "var"),
            "HUB_DATABASE_URL": sqlite_url,
            "HUB_PLUGINS_FILE": str(file),
            "HUB_REDIS_URL": redis_url,
        }
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN],
                env=environ,
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout.strip() == "admin"
        assert sum(call.path == "/oauth/tokens" for call in zendesk.calls()) == 1
        tokens = [each.encode() for each in zendesk.account.oauth._tokens]
    stored = b"".join(name + broker.dump(name) for name in broker.keys("*"))
    assert len(tokens) == 1
    assert stored
    assert tokens[0] not in stored
