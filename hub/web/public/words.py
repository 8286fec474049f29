"""What the opt-out page says, in Japanese and in English."""

from collections.abc import Mapping
from datetime import datetime

from hub.consent.calendar import JAPAN
from hub.values.words import Language, Words

TEXTS: Mapping[str, Words] = {
    "title": Words("SMSの配信停止", "Stop SMS messages"),
    "lead": Words(
        "下のボタンを押すと、お客さまの番号への広告のSMSを停止します。ログインは不要です。",
        "Press the button below to stop advertising SMS to your number. No sign-in is needed.",
    ),
    "stop_promotional": Words("広告のSMSをすべて停止する", "Stop all advertising SMS"),
    "stop_all": Words("すべてのSMSを停止する", "Stop every SMS"),
    "stop_all_note": Words(
        "予約の確認など、広告以外の連絡も届かなくなります。",
        "Messages that are not advertising, such as reminders, will stop too.",
    ),
    "purposes": Words("内容ごとに停止する", "Stop only some"),
    "stop_one": Words("停止する", "Stop"),
    "is_stopped": Words("停止しています", "Stopped"),
    "stopped_promotional": Words("広告のSMSは停止しています", "Advertising SMS are stopped"),
    "stopped_all": Words("すべてのSMSを停止しています", "Every SMS is stopped"),
    "stopped_purpose": Words("「{label}」のSMSは停止しています", "SMS about “{label}” are stopped"),
    "stopped_since": Words("{date} に受け付けました。", "Received on {date}."),
    "undo": Words("停止を取り消す", "Undo"),
    "undo_note": Words(
        "間違えて押した場合は、{time} まで取り消せます。",
        "Pressed by mistake? You can undo this until {time}.",
    ),
    "undone": Words(
        "停止を取り消しました。これまでどおりSMSが届きます。",
        "Undone. You will get SMS as before.",
    ),
    "again": Words(
        "再び受け取るには、下の窓口へご連絡ください。",
        "To get SMS again, please use the contact below.",
    ),
    "sender": Words("送信者", "Sender"),
    "number": Words("お客さまの番号", "Your number"),
    "number_ends": Words("末尾 {digits}", "ends in {digits}"),
    "purpose": Words("SMSの内容", "About"),
    "since": Words("同意いただいた日", "You agreed on"),
    "contact": Words("お問い合わせ", "Contact"),
    "address": Words("住所", "Address"),
    "sender_title": Words("送信者情報", "Who sends these SMS"),
    "sender_lead": Words(
        "このページのリンクを記載したSMSは、次の事業者が送信しています。",
        "SMS that carry the link to this page are sent by this company.",
    ),
    "official_name": Words("名称", "Name"),
    "site": Words("拠点", "Branch"),
    "complaints": Words("苦情・問合せ窓口", "Complaints and questions"),
    "privacy": Words("個人情報の扱い", "Privacy notice"),
    "not_told": Words("設定されていません", "Not set"),
    "how_to_stop": Words("SMSの配信を停止するには", "How to stop these SMS"),
    "how_to_stop_text": Words(
        "SMSに記載の「配信停止」のリンクを開き、ボタンを押してください。すぐに停止します。",
        "Open the opt-out link in the SMS and press the button. They stop at once.",
    ),
    "how_to_stop_note": Words(
        "リンクを開けない場合や、SMSを消してしまった場合は、上の窓口にご連絡ください。",
        "If the link does not open, or the SMS is gone, use the contact above.",
    ),
    "no_sender_title": Words("送信者情報がありません", "There is no such sender"),
    "no_sender": Words(
        "リンクが途中で切れている可能性があります。SMSのリンクをもう一度開いてください。",
        "The link may be cut off. Please open the link in your SMS once more.",
    ),
    "other_language": Words("English", "日本語"),
    "unknown_title": Words("このリンクは確認できません", "This link is not known"),
    "unknown": Words(
        "リンクが途中で切れているか、正しくない可能性があります。SMSのリンクをもう一度開いてください。"
        "開けない場合は、下の窓口にご連絡いただければ配信を停止します。",
        "It may be cut off or mistyped. Please open the link in your SMS once more. "
        "If that fails, use the contact below and we will stop the messages.",
    ),
    "over": Words(
        "リンクの期限が切れているか、正しくない可能性があります。詳しくは下の窓口にお問い合わせください。",
        "It may be over, cut off or mistyped. The contact below can help you.",
    ),
    "many": Words(
        "正しくないリンクが続けて開かれたため、しばらく表示を控えています。"
        "SMSに届いたリンクはそのまま使えます。",
        "Too many unknown links were opened from here. Please wait a while. "
        "The link in your SMS goes on working.",
    ),
    "down_title": Words("ただいま受け付けできません", "We cannot take this right now"),
    "down": Words(
        "配信停止はまだ完了していません。数分後にもう一度お試しください。"
        "お急ぎの場合は、下の窓口へご連絡ください。",
        "Nothing was stopped yet. Please try again in a few minutes, or use the contact below.",
    ),
    "no_contact": Words("SMSの送信元へお問い合わせください。", "Please ask the sender of the SMS."),
}

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day(moment: datetime, language: Language) -> str:
    """Write a day in Japan's time: 2026年1月13日, 13 January 2026."""
    local = moment.astimezone(JAPAN)
    if language == "ja":
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def clock_time(moment: datetime) -> str:
    """Write a time of day in Japan's time: 10:05."""
    return moment.astimezone(JAPAN).strftime("%H:%M")
