"""What `hub doctor` looks at besides connections: settings, store, keys, broker, plugins."""

import ipaddress
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from hub.broker import connect
from hub.cli.finding import Finding, bad, ok, warn
from hub.config import Config
from hub.errors import HubError
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.provisioning import read
from hub.store.database import Database
from hub.store.identity import open_ring
from hub.store.upgrade import is_current, upgrade
from hub.values.words import Words

ROOM_BAD, ROOM_LOW = 100 * 2**20, 2**30
"""Bytes free in the data folder below which the hub will stop soon, or should be looked after."""

SKEW_LOW, SKEW_BAD = 2.0, 60.0
"""Seconds between this machine's clock and the broker's."""


def settings(config: Config) -> list[Finding]:
    """Look at the address others call, and at what advertising must show."""
    return [_public_url(config.public_url), _sender(config)]


def store(config: Config) -> list[Finding]:
    """Look at the database, its schema, its keys and the room on its disk."""
    findings = [_room(config.data_dir)]
    try:
        database = Database(config.database_url)
        with database.write():
            pass
        if not is_current(database):
            upgrade(database)
    except HubError as exc:
        return [bad("store", exc.words), *findings]
    kind = "PostgreSQL" if database.dialect == "postgresql" else "SQLite"
    findings.insert(0, ok("store", f"{kind}、書き込みできます", f"{kind}, can be written"))
    try:
        ring = open_ring(database, config)
    except HubError as exc:
        return [*findings, bad("keys", exc.words)]
    finally:
        database.close()
    count = len(ring.data) + len(ring.index)
    where = "HUB_KEYS" if config.keys else str(config.key_file)
    return [
        *findings,
        ok(
            "keys",
            f"{where}、{count}個。控えを別の場所に",
            f"{where}, {count} keys; keep a copy apart",
        ),
    ]


def broker(config: Config, clock: Callable[[], datetime]) -> list[Finding]:
    """Look at the broker: whether it answers, keeps a file, and has our time."""
    redis = connect(config)
    try:
        redis.ping()
    except (RedisError, OSError):
        return [_no_broker(config)]
    return [_append_only(redis), _skew(redis, clock)]


def plugins(config: Config, environ: Mapping[str, str]) -> list[Finding]:
    """Look at plugins.toml and every plugin it loads."""
    try:
        file = read(config.plugins_file, environ)
    except HubError as exc:
        return [bad("plugins.toml", exc.words)]
    registry = load(file.load, Guard())
    findings = [
        ok(f"plugin {name}", f"版 {plugin.version}", f"version {plugin.version}")
        for name, plugin in sorted(registry.plugins.items())
    ]
    findings += [
        bad(f"plugin {name}", broken.words) for name, broken in sorted(registry.broken.items())
    ]
    return findings or [
        warn(
            "plugins.toml",
            Words("プラグインが1つも読み込まれていません。", "No plugin is loaded."),
            Words("[plugins] loadに追加してください。", "Add some to [plugins] load."),
        )
    ]


def _public_url(url: str) -> Finding:
    parts = urlsplit(url)
    if _is_private(parts.hostname or ""):
        return warn(
            "HUB_PUBLIC_URL",
            Words(
                f"{url} は外部から呼べません。Webhookと配信停止ページが届きません。",
                f"{url} cannot be called from outside: no webhooks, no opt-out page.",
            ),
            Words(
                "外部から届くhttpsのURLをHUB_PUBLIC_URLに設定してください。",
                "Set HUB_PUBLIC_URL to an https address that others reach.",
            ),
        )
    if parts.scheme != "https":
        return warn(
            "HUB_PUBLIC_URL",
            Words(f"{url} は暗号化されません。", f"{url} is not encrypted."),
            Words("httpsで公開してください。", "Publish it by https."),
        )
    return ok("HUB_PUBLIC_URL", url, url)


def _is_private(host: str) -> bool:
    if host == "localhost" or ("." not in host.strip("[]") and ":" not in host):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return host.endswith((".local", ".internal", ".localhost"))


def _sender(config: Config) -> Finding:
    missing = [
        name
        for name, value in (
            ("HUB_SENDER_NAME", config.sender_name),
            ("HUB_SENDER_CONTACT", config.sender_contact),
            ("HUB_SENDER_ADDRESS", config.sender_address),
        )
        if not value
    ]
    if not missing:
        return ok("sender", config.sender_name, config.sender_name)
    names = ", ".join(missing)
    return warn(
        "sender",
        Words(
            f"{names}が未設定のため、広告のSMSは送信できません。",
            f"{names} not set: no advertising can be sent.",
        ),
        Words("設定してください。", "Set what is missing."),
    )


def _room(folder: Path) -> Finding:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:,.1f} GiB"
    if not os.access(folder, os.W_OK):
        return bad(
            "disk",
            Words(f"{folder} に書き込めません。", f"{folder} cannot be written."),
            Words("権限を確認してください。", "Check its permissions."),
        )
    if free >= ROOM_LOW:
        return ok("disk", f"空き {text}", f"{text} free")
    found = Words(f"空きが少なくなっています({text})。", f"Little room left ({text}).")
    todo = Words("空き容量を確保してください。", "Free some room.")
    return bad("disk", found, todo) if free < ROOM_BAD else warn("disk", found, todo)


def _no_broker(config: Config) -> Finding:
    if config.redis_url is None:
        return warn(
            "broker",
            Words("組み込みのブローカーは起動していません。", "The embedded broker does not run."),
            Words("hub run が起動します。", "hub run starts it."),
        )
    return bad(
        "broker",
        Words(
            "HUB_REDIS_URLのブローカーが応答しません。",
            "The broker of HUB_REDIS_URL does not answer.",
        ),
        Words(
            "サーバーとHUB_REDIS_URLを確認してください。復旧まで送信は保留されます。",
            "Check the server and HUB_REDIS_URL; sending waits until it is back.",
        ),
    )


def _append_only(redis: Redis) -> Finding:
    try:
        answer = redis.config_get("appendonly")
    except RedisError:
        return ok("broker", "応答あり(設定は非公開)", "answers; does not show its settings")
    if isinstance(answer, dict) and answer.get("appendonly") == "yes":
        return ok("broker", "応答あり、追記ファイルあり", "answers, keeps an append-only file")
    return warn(
        "broker",
        Words("再起動すると待ち行列が消えます。", "A restart loses its queue."),
        Words(
            "appendonly yes を設定してください。メッセージは失われませんが、遅れます。",
            "Set appendonly yes; no message would be lost, but all would be late.",
        ),
    )


def _skew(redis: Redis, clock: Callable[[], datetime]) -> Finding:
    answer = redis.time()
    seconds, micros = answer if isinstance(answer, tuple) else (0, 0)
    skew = abs((datetime.fromtimestamp(seconds + micros / 1e6, UTC) - clock()).total_seconds())
    if skew <= SKEW_LOW:
        return ok("clock", "ブローカーと一致", "agrees with the broker's")
    found = Words(f"ブローカーと{skew:.0f}秒ずれています。", f"{skew:.0f} s off the broker's.")
    todo = Words("NTPで時刻を合わせてください。", "Set both machines' clocks by NTP.")
    return bad("clock", found, todo) if skew > SKEW_BAD else warn("clock", found, todo)
