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
        name="HUB_PRIVACY_URL",
        default="",
        meaning=Words(
            "個人情報の取り扱いのページ(送信者情報のページに表示)",
            "The privacy notice, linked on the sender page.",
        ),
    ),
    Variable(
        name="HUB_STOP_WORDS",
        default="",
        meaning=Words(
            "配信停止とみなす返信の語を追加(空白区切り。例: キャンセル やめる)",
            "Further words that are a stop when a reply says nothing else, such as キャンセル.",
        ),
    ),
    Variable(
        name="HUB_STOP_WORDS_WITHOUT",
        default="",
        meaning=Words(
            "配信停止とみなさない語(cancel、end のみ。予約の取り消しと紛らわしい場合)",
            "Shipped words that are no stop here: cancel, end, where texts are about bookings.",
        ),
    ),
    Variable(
        name="HUB_LINK_DAYS",
        default="180",
        meaning=Words(
            "計測リンクが転送先へつながる日数",
            "For so many days after its SMS was made a counted link leads on.",
        ),
    ),
    Variable(
        name="HUB_REPLY_DAYS",
        default="14",
        meaning=Words(
            "SMS送信後、返信をそのSMSのレコードへ伝える日数",
            "For so many days after an SMS a reply goes to the record it was sent for.",
        ),
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
        name="HUB_QUIET_DAYS",
        default="off",
        meaning=Words(
            "広告SMSを送らない日 (saturdays, sundays, holidaysをカンマ区切り)。offでなし",
            "Days on which advertising SMS waits: saturdays, sundays, holidays "
            "(Japanese public ones), separated by commas; off: none.",
        ),
    ),
    Variable(
        name="HUB_FREQUENCY_CAPS",
        default="off",
        meaning=Words(
            "1つの番号への広告SMSの上限。「2/1d 5/7d」は1日2通・7日5通まで。offでなし",
            "The most advertising SMS for one number: 2/1d 5/7d is two in a day and five in "
            "seven; h for hours; off: any.",
        ),
    ),
    Variable(
        name="HUB_NUMBER_SILENT_MONTHS",
        default="12",
        meaning=Words(
            "到達しないまま過ぎると許諾を使わなくなる月数(番号の再利用に備える)。0でなし",
            "Months without a delivery after which a number's consents must be renewed, since "
            "carriers give numbers to others; 0: never.",
        ),
    ),
    Variable(
        name="HUB_HEADS_FILE",
        default="",
        meaning=Words(
            "許諾の記録と操作履歴の最新ハッシュを控える2つめのファイル(別のディスクに)",
            "A second file for the newest hashes of ledger and audit trail; on another disk.",
        ),
    ),
    Variable(
        name="HUB_JOURNAL_FILE",
        default="",
        meaning=Words(
            "配信停止の控え(別のディスクに)。空ならHUB_DATA_DIR/optouts.jsonl",
            "The opt-out journal; empty: HUB_DATA_DIR/optouts.jsonl. Best on another disk.",
        ),
    ),
    Variable(
        name="HUB_KEEP_BODIES_DAYS",
        default="180",
        meaning=Words(
            "送信済みSMSの本文を残す日数。offで期限なし",
            "Days for which texts of SMS are kept after they ended; off: no limit.",
        ),
    ),
    Variable(
        name="HUB_KEEP_REPLIES_DAYS",
        default="180",
        meaning=Words(
            "返信の本文を残す日数。offで期限なし",
            "Days for which texts of replies are kept; off: no limit.",
        ),
    ),
    Variable(
        name="HUB_KEEP_EVENTS_DAYS",
        default="30",
        meaning=Words(
            "処理済みイベントの内容を残す日数。offで期限なし",
            "Days for which the content of closed events is kept; off: no limit.",
        ),
    ),
    Variable(
        name="HUB_KEEP_CONTACTS_DAYS",
        default="off",
        meaning=Words(
            "送信も許諾の更新もない連絡先を消去するまでの日数。offで消去しない",
            "Days without an SMS and without a new consent after which a person is erased; "
            "off: never.",
        ),
    ),
    Variable(
        name="HUB_KEEP_EVIDENCE_YEARS",
        default="3",
        meaning=Words(
            "消去した人の許諾の記録を元レコードとともに残す年数(最後の広告SMSから。特商法12条の3)",
            "Years after the last advertising SMS for which the evidence of an erased person names "
            "its source (特定商取引法 art. 12-3).",
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
