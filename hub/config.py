"""What the environment says about this deployment; `hub config` lists it with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import cast

from hub.errors import ConfigError
from hub.values.words import Language, Words


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable: its name, default and meaning."""

    name: str
    default: str
    meaning: Words
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable(
        name="HUB_DATA_DIR",
        default="var",
        meaning=Words("データを置くフォルダ", "Folder for the store, keys and broker."),
    ),
    Variable(
        name="HUB_DATABASE_URL",
        default="",
        meaning=Words(
            "データベース。空ならHUB_DATA_DIR内のSQLite",
            "The store; empty: SQLite in HUB_DATA_DIR. postgresql://… for PostgreSQL.",
        ),
        secret=True,
    ),
    Variable(
        name="HUB_REDIS_URL",
        default="",
        meaning=Words(
            "ブローカー。空なら組み込みのValkey", "The broker; empty: an embedded Valkey."
        ),
        secret=True,
    ),
    Variable(
        name="HUB_KEYS",
        default="",
        meaning=Words(
            "鍵。空ならHUB_DATA_DIR/hub.keys", "The key ring; empty: HUB_DATA_DIR/hub.keys."
        ),
        secret=True,
    ),
    Variable(
        name="HUB_PLUGINS_FILE",
        default="plugins.toml",
        meaning=Words("プラグイン設定ファイル", "The file that says which plugins are loaded."),
    ),
    Variable(
        name="HUB_HOST",
        default="127.0.0.1",
        meaning=Words("待ち受けアドレス", "The address `hub run` listens on."),
    ),
    Variable(
        name="HUB_PORT",
        default="8000",
        meaning=Words("待ち受けポート", "The port `hub run` listens on."),
    ),
    Variable(
        name="HUB_PUBLIC_URL",
        default="http://localhost:8000",
        meaning=Words(
            "外部から呼ばれるURL(Webhookなど)", "What others call: webhooks, reports, the console."
        ),
    ),
    Variable(
        name="HUB_LINK_URL",
        default="",
        meaning=Words(
            "SMS内の短いリンクのURL。空ならHUB_PUBLIC_URL",
            "Short links in SMS; empty: HUB_PUBLIC_URL.",
        ),
    ),
    Variable(
        name="HUB_PROXY_HOPS",
        default="0",
        meaning=Words(
            "手前にある信頼できるプロキシの数",
            "How many trusted proxies stand in front; 0 believes no X-Forwarded-* header.",
        ),
    ),
    Variable(
        name="HUB_LANGUAGE",
        default="ja",
        meaning=Words("表示言語 (ja / en)", "Language of terminal and pages: ja or en."),
    ),
    Variable(
        name="HUB_LOG_LEVEL",
        default="WARNING",
        meaning=Words(
            "ログの詳しさ (DEBUG / INFO / WARNING / ERROR)",
            "How much processes log: DEBUG, INFO, WARNING or ERROR. Numbers are masked.",
        ),
    ),
    Variable(
        name="HUB_SENDER_NAME",
        default="",
        meaning=Words(
            "送信者の正式名称(広告SMSに必須)",
            "Official name of the sender; advertising SMS must carry it (特定電子メール法 art. 4).",
        ),
    ),
    Variable(
        name="HUB_SENDER_CONTACT",
        default="",
        meaning=Words(
            "問い合わせ窓口(配信停止ページに表示)",
            "Contact for complaints, shown on the opt-out page.",
        ),
    ),
    Variable(
        name="HUB_SENDER_ADDRESS",
        default="",
        meaning=Words("送信者の住所", "Postal address of the sender, shown on the sender page."),
    ),
    Variable(
        name="HUB_QUIET_HOURS",
        default="20:00-09:00",
        meaning=Words(
            "広告SMSを送らない時間帯(日本時間)。offでなし",
            "When advertising SMS waits (Japan time); off: never.",
        ),
    ),
    Variable(
        name="HUB_MIN_STRENGTH",
        default="3",
        meaning=Words(
            "広告に必要な許諾の強さ(1〜5)", "Strength of consent advertising needs, 1 to 5."
        ),
    ),
)


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
