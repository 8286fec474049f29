"""What people read for the hub's codes: verdicts, states, scopes."""

from hub.values.words import Words

VERDICTS = {
    "consented": Words("許諾あり", "Consent on record"),
    "silent": Words("許諾なし", "Never asked or never answered"),
    "refused": Words("許諾しない", "Refused"),
    "withdrawn": Words("許諾を取り消し", "Withdrawn"),
    "expired": Words("許諾の期限切れ", "Consent expired"),
    "undated": Words("許諾の日時が不明(申告が必要)", "No date: declare a collection"),
    "erased": Words("消去済み", "Erased"),
    "unproven": Words("証拠が不十分(申告が必要)", "Not proven: declare a collection"),
    "opted_out": Words("配信停止", "Opted out"),
    "number_changed": Words("番号変更のため再確認が必要", "Number changed: ask again"),
    "missing": Words("番号なし", "No number"),
    "letters": Words("番号に文字が含まれる", "Letters in the number"),
    "extension": Words("内線番号つき", "Has an extension"),
    "landline": Words("固定電話", "Landline"),
    "ip_phone": Words("IP電話 (050)", "IP phone (050)"),
    "pager_m2m": Words("M2M用番号 (020)", "Machine number (020)"),
    "toll_free": Words("フリーダイヤル", "Toll-free"),
    "foreign": Words("海外の番号", "Foreign number"),
    "invalid": Words("番号の誤り", "Not a valid number"),
}

MESSAGE_STATES = {
    "held": Words("待機中", "Held"),
    "queued": Words("送信待ち", "Queued"),
    "claimed": Words("準備中", "Claimed"),
    "submitting": Words("送信中", "Submitting"),
    "submitted": Words("送信済み", "Submitted"),
    "delivered": Words("到達", "Delivered"),
    "undelivered": Words("不達", "Undelivered"),
    "rejected": Words("ゲートウェイが拒否", "Rejected by the gateway"),
    "refused": Words("送信しない(判定)", "Refused by the gate"),
    "expired": Words("期限切れ", "Expired"),
    "canceled": Words("取り消し", "Canceled"),
    "unknown": Words("結果不明", "Outcome unknown"),
}

SEND_STATES = {
    "building": Words("作成中", "Being made"),
    "sending": Words("送信中", "Sending"),
    "paused": Words("一時停止中", "Paused"),
    "canceling": Words("取り消し中", "Being canceled"),
    "canceled": Words("取り消し済み", "Canceled"),
}

REPLIES = {
    "stop": Words("配信停止", "Stop"),
    "start": Words("再開", "Start"),
    "help": Words("問い合わせ", "Help"),
    "near_stop": Words("配信停止の可能性", "May be a stop"),
    "kept": Words("返信", "Reply"),
}
"""What a reply was understood as."""

REPLY_TASKS = {
    "open": Words("要確認", "Decide"),
    "accepted": Words("配信停止とした", "Taken for a stop"),
    "dismissed": Words("配信停止ではない", "No stop"),
}

CONNECTION_STATES = {
    "ok": Words("正常", "In order"),
    "parked": Words("停止中(認証エラー)", "Parked: credentials refused"),
    "broken": Words("設定エラー", "Broken"),
    "unnamed": Words("plugins.tomlに記述なし", "Not in plugins.toml"),
}

SCOPES = {
    "all": Words("すべてのSMS", "Every SMS"),
    "promotional": Words("広告・お知らせすべて", "All advertising"),
}

PUSH_STATES = {
    "open": Words("反映待ち", "Open"),
    "blocked": Words("反映できません", "Blocked"),
    "done": Words("反映済み", "Done"),
    "gone": Words("レコードなし", "Record gone"),
    "superseded": Words("取り消し済み", "Superseded"),
}

NUMBER_KINDS = {
    "primary": Words("本人の番号", "the person's own"),
    "identity": Words("本人の別の番号", "another of the person's own"),
    "shared": Words("ほかの人と共有の番号", "shared with others"),
}
"""Whose a further number of a record's person is."""
