"""What the phone's pages say, in Japanese and in English."""

from hub.sdk import Words

TEXTS = {
    "phones": Words("スマートフォン", "Phones"),
    "intro": Words(
        "ここは試験用のSMSゲートウェイです。実際の携帯電話には何も届きません。",
        "A gateway for trying things out. Nothing here reaches a real phone.",
    ),
    "none": Words("まだSMSは届いていません", "No SMS yet"),
    "none_help": Words(
        "ハブからSMSを送ると、宛先の電話がここに並びます。",
        "Send one from the hub and its recipient's phone appears here.",
    ),
    "message": Words("件", "message"),
    "messages": Words("件", "messages"),
    "more": Words("古い電話は省略しています", "Older phones are left out"),
    "back": Words("一覧", "Phones"),
    "sms": Words("SMS", "SMS"),
    "today": Words("今日", "Today"),
    "unit": Words("単位", "unit"),
    "units": Words("単位", "units"),
    "segment": Words("通", "segment"),
    "segments": Words("通", "segments"),
    "accepted": Words("送信中", "On its way"),
    "submitted": Words("網に送信済み", "With the carrier"),
    "delivered": Words("届きました", "Delivered"),
    "undelivered": Words("届きませんでした", "Not delivered"),
    "expired": Words("期限切れ", "Expired"),
    "rejected": Words("拒否されました", "Rejected"),
    "waiting": Words("送信中", "Sending"),
    "arrived": Words("ハブに届きました", "Reached the hub"),
    "lost": Words("ハブに届きません", "Did not reach the hub"),
    "you": Words("返信", "You"),
    "write": Words("返信を書く", "Write a reply"),
    "send": Words("送信", "Send"),
    "cancel": Words("やめる", "Cancel"),
    "unknown": Words("この番号にはまだSMSが届いていません", "No SMS came to this number yet"),
    "other_language": Words("English", "日本語"),
}

QUICK_REPLIES = ("停止", "STOP", "再開")
"""What one tap sends; the first two are the usual words to opt out, the third to come back."""
