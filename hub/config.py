"""What the environment says about this deployment; `hub config` lists it with the defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
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
class FrequencyCap:
    """At most `count` promotional SMS for one number in any span of this length."""

    count: int
    span: timedelta


QUIET_DAYS = ("saturdays", "sundays", "holidays")
"""The kinds of days on which promotional SMS can be made to wait."""


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """How long personal data is kept by standing rules; None: until somebody orders otherwise.

    Days since a message ended, a reply or an event came, or a number had its last SMS or new
    ground; years since the last promotional SMS to an erased number.
    """

    bodies_days: int | None
    replies_days: int | None
    events_days: int | None
    contacts_days: int | None
    evidence_years: int


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
    privacy_url: str
    stop_words: tuple[str, ...]
    stop_words_without: frozenset[str]
    link_days: int
    reply_days: int
    quiet_hours: QuietHours | None
    quiet_days: frozenset[str]
    frequency_caps: tuple[FrequencyCap, ...]
    number_silent_months: int
    min_strength: int
    heads_file: Path | None
    journal_file: Path | None
    keeping: Keeping

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
        link_url=_url("HUB_LINK_URL", link_url) or public_url,
        proxy_hops=_whole("HUB_PROXY_HOPS", value["HUB_PROXY_HOPS"], 0, 10),
        language=_language(value["HUB_LANGUAGE"]),
        sender_name=value["HUB_SENDER_NAME"],
        sender_contact=value["HUB_SENDER_CONTACT"],
        sender_address=value["HUB_SENDER_ADDRESS"],
        privacy_url=_url("HUB_PRIVACY_URL", value["HUB_PRIVACY_URL"]),
        stop_words=tuple(re.split(r"[\s,、]+", value["HUB_STOP_WORDS"].strip(" ,、")))
        if value["HUB_STOP_WORDS"]
        else (),
        stop_words_without=_stop_words_without(value["HUB_STOP_WORDS_WITHOUT"]),
        link_days=_whole("HUB_LINK_DAYS", value["HUB_LINK_DAYS"], 1, 3650),
        reply_days=_whole("HUB_REPLY_DAYS", value["HUB_REPLY_DAYS"], 1, 365),
        quiet_hours=_quiet_hours(value["HUB_QUIET_HOURS"]),
        quiet_days=_quiet_days(value["HUB_QUIET_DAYS"]),
        frequency_caps=_frequency_caps(value["HUB_FREQUENCY_CAPS"]),
        number_silent_months=_whole(
            "HUB_NUMBER_SILENT_MONTHS", value["HUB_NUMBER_SILENT_MONTHS"], 0, 120
        ),
        min_strength=_whole("HUB_MIN_STRENGTH", value["HUB_MIN_STRENGTH"], 1, 5),
        heads_file=Path(value["HUB_HEADS_FILE"]) if value["HUB_HEADS_FILE"] else None,
        journal_file=Path(value["HUB_JOURNAL_FILE"]) if value["HUB_JOURNAL_FILE"] else None,
        keeping=Keeping(
            bodies_days=_days("HUB_KEEP_BODIES_DAYS", value),
            replies_days=_days("HUB_KEEP_REPLIES_DAYS", value),
            events_days=_days("HUB_KEEP_EVENTS_DAYS", value),
            contacts_days=_days("HUB_KEEP_CONTACTS_DAYS", value),
            evidence_years=_whole(
                "HUB_KEEP_EVIDENCE_YEARS", value["HUB_KEEP_EVIDENCE_YEARS"], 1, 30
            ),
        ),
    )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isdecimal() and least <= int(text) <= most):
        raise ConfigError(
            name,
            f"{name}: write a whole number from {least} to {most}.",
            f"{name}: {least}から{most}までの整数を書いてください。",
        )
    return int(text)


def _days(name: str, value: Mapping[str, str]) -> int | None:
    text = value[name]
    if text == "off":
        return None
    if not (text.isdecimal() and 1 <= int(text) <= 36500):
        raise ConfigError(
            name,
            f"{name}: write a number of days from 1 to 36500, or off.",
            f"{name}: 1から36500までの日数、または off を書いてください。",
        )
    return int(text)


def _url(name: str, text: str) -> str:
    if not text:
        return ""
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


def _stop_words_without(text: str) -> frozenset[str]:
    words = frozenset(re.split(r"[\s,]+", text.casefold().strip(" ,"))) - {""}
    if not words <= {"cancel", "end"}:
        raise ConfigError(
            "HUB_STOP_WORDS_WITHOUT",
            "HUB_STOP_WORDS_WITHOUT: only cancel and end can be taken out.",
            "HUB_STOP_WORDS_WITHOUT: 外せる語は cancel と end だけです。",
        )
    return words


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


def _quiet_days(text: str) -> frozenset[str]:
    names = frozenset() if text == "off" else frozenset(re.split(r"[\s,]+", text.strip(" ,")))
    if not names <= frozenset(QUIET_DAYS):
        raise ConfigError(
            "HUB_QUIET_DAYS",
            f"HUB_QUIET_DAYS: write some of {', '.join(QUIET_DAYS)}, or off.",
            f"HUB_QUIET_DAYS: {'・'.join(QUIET_DAYS)}のいずれか、またはoffを書いてください。",
        )
    return names


_CAP = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,2})([dh])")


def _frequency_caps(text: str) -> tuple[FrequencyCap, ...]:
    parts = [] if text == "off" else re.split(r"[\s,]+", text.strip(" ,"))
    found = [_CAP.fullmatch(part) for part in parts]
    caps = [
        FrequencyCap(
            count=int(match[1]),
            span=timedelta(days=int(match[2]))
            if match[3] == "d"
            else timedelta(hours=int(match[2])),
        )
        for match in found
        if match
    ]
    if len(caps) < len(parts):
        raise ConfigError(
            "HUB_FREQUENCY_CAPS",
            "HUB_FREQUENCY_CAPS: write how many in how long, such as 2/1d 5/7d, or off.",
            "HUB_FREQUENCY_CAPS: 「2/1d 5/7d」のような上限(1日2通・7日5通)かoffを書いてください。",
        )
    return tuple(caps)
