"""The environment variables this deployment is set up by: name, default, meaning."""

from dataclasses import dataclass

from hub.values.words import Words


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
