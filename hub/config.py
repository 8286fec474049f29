"""What the environment says about this deployment; `hub config` lists it with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import cast

from hub.errors import ConfigError
from hub.values.words import Language
from hub.variables import VARIABLES


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """A daily span in Japan time in which promotional SMS waits; `start` may be after `end`."""

    start: time
    end: time


@dataclass(frozen=True, kw_only=True)
class Config:
    """One deployment's configuration, checked."""

    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    keys: str | None = field(repr=False)
    plugins_file: Path
    host: str
    port: int
    public_url: str
    link_url: str
    proxy_hops: int
    language: Language
    sender_name: str
    sender_contact: str
    sender_address: str
    quiet_hours: QuietHours | None
    min_strength: int

    @property
    def key_file(self) -> Path:
        """Where the key ring is kept unless `HUB_KEYS` holds it."""
        return self.data_dir / "hub.keys"


def read_config(environ: Mapping[str, str]) -> Config:
    """Read the configuration. Raises ConfigError with the name of the variable that is wrong."""
    value = {v.name: environ.get(v.name, "").strip() or v.default for v in VARIABLES}
    data_dir = Path(value["HUB_DATA_DIR"])
    public_url = _url("HUB_PUBLIC_URL", value["HUB_PUBLIC_URL"])
    link_url = value["HUB_LINK_URL"]
    return Config(
        data_dir=data_dir,
        database_url=value["HUB_DATABASE_URL"] or f"sqlite:///{data_dir / 'hub.sqlite3'}",
        redis_url=value["HUB_REDIS_URL"] or None,
        keys=value["HUB_KEYS"] or None,
        plugins_file=Path(value["HUB_PLUGINS_FILE"]),
        host=value["HUB_HOST"],
        port=_whole("HUB_PORT", value["HUB_PORT"], 0, 65535),
        public_url=public_url,
        link_url=_url("HUB_LINK_URL", link_url) if link_url else public_url,
        proxy_hops=_whole("HUB_PROXY_HOPS", value["HUB_PROXY_HOPS"], 0, 10),
        language=_language(value["HUB_LANGUAGE"]),
        sender_name=value["HUB_SENDER_NAME"],
        sender_contact=value["HUB_SENDER_CONTACT"],
        sender_address=value["HUB_SENDER_ADDRESS"],
        quiet_hours=_quiet_hours(value["HUB_QUIET_HOURS"]),
        min_strength=_whole("HUB_MIN_STRENGTH", value["HUB_MIN_STRENGTH"], 1, 5),
    )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isdecimal() and least <= int(text) <= most):
        raise ConfigError(
            name,
            f"{name}: write a whole number from {least} to {most}.",
            f"{name}: {least}から{most}までの整数を書いてください。",
        )
    return int(text)


def _url(name: str, text: str) -> str:
    if not text.startswith(("http://", "https://")) or text.endswith("://"):
        raise ConfigError(
            name,
            f"{name}: write a whole address such as https://sms.example.jp.",
            f"{name}: https://sms.example.jp のような完全なURLを書いてください。",
        )
    return text.rstrip("/")


def _language(text: str) -> Language:
    if text not in ("ja", "en"):
        raise ConfigError(
            "HUB_LANGUAGE",
            "HUB_LANGUAGE: write ja or en.",
            "HUB_LANGUAGE: ja または en と書いてください。",
        )
    return cast(Language, text)


def _quiet_hours(text: str) -> QuietHours | None:
    if text == "off":
        return None
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ConfigError(
            "HUB_QUIET_HOURS",
            "HUB_QUIET_HOURS: write a span such as 20:00-09:00, or off.",
            "HUB_QUIET_HOURS: 20:00-09:00 のような時間帯か off を書いてください。",
        ) from None
    return QuietHours(start=start, end=end)
