"""What a disclosure calls things: its headings, and the codes that stand in it."""

from collections.abc import Mapping

from hub.values.words import Words

WORDS: Mapping[str, Words] = {
    "title": Words("保有個人データの開示", "Personal data held about you"),
    "by": Words("開示する事業者", "Disclosed by"),
    "address": Words("住所", "Address"),
    "contact": Words("問い合わせ窓口", "Contact"),
    "at": Words("作成日時", "Made at"),
    "since": Words("番号の登録日時", "Number known since"),
    "hold": Words("保全の開始(法令による保存)", "Kept by legal hold since"),
    "records": Words("顧客管理システムのレコード", "Records in the customer systems"),
    "record": Words("レコード", "Record"),
    "name": Words("氏名", "Name"),
    "attributes": Words("属性", "Attributes"),
    "verdict": Words("状態", "Standing"),
    "read_at": Words("最後に読み取った日時", "Last read"),
    "vanished_at": Words("レコードがなくなった日時", "Gone since"),
    "erased_at": Words("消去した日時", "Erased at"),
    "messages": Words("送信したSMS", "SMS sent to you"),
    "template": Words("テンプレート", "Template"),
    "purpose": Words("利用目的", "Purpose"),
    "gateway": Words("送信事業者", "Gateway"),
    "steps": Words("経過", "What became of it"),
    "evidence": Words("根拠とした許諾の記録", "Ledger entry it rests on"),
    "text": Words("本文", "Text"),
    "not_kept": Words("(保存期間が過ぎたため消去済み)", "(not kept any more)"),
    "replies": Words("受信した返信", "Replies from you"),
    "requests": Words("送信されたフォーム", "Forms sent with this number"),
    "orders": Words("消去の予約と実施", "Erasures ordered and done"),
    "accesses": Words("このデータへのアクセス", "Who used this data"),
    "who": Words("操作した者", "Who"),
    "what": Words("操作", "What"),
    "when": Words("日時", "When"),
    "from": Words("接続元アドレス", "From"),
    "form": Words("フォーム", "Form"),
    "state": Words("状態", "State"),
    "ordered": Words("受付日時", "Ordered at"),
    "due": Words("実施予定", "Due at"),
    "none": Words("ありません。", "None."),
}

ORDERS: Mapping[str, Words] = {
    "waiting": Words("予定", "Waiting"),
    "running": Words("実行中", "Running"),
    "done": Words("完了", "Done"),
    "canceled": Words("取り消し", "Canceled"),
}

REQUESTS: Mapping[str, Words] = {
    "waiting": Words("確認待ち", "Waiting for its code"),
    "silent": Words("確認なし", "No code was sent"),
    "confirmed": Words("確認済み", "Confirmed"),
    "recorded": Words("記録済み", "Recorded"),
}

ACTORS: Mapping[str, Words] = {
    "user": Words("担当者", "User"),
    "terminal": Words("管理者(端末)", "Administrator (terminal)"),
    "system": Words("自動処理", "The hub by itself"),
    "api": Words("API", "API"),
    "connection": Words("接続", "Connection"),
}

ACTIONS: Mapping[str, Words] = {
    "person.seen": Words("記録の閲覧", "Looked at the records"),
    "person.disclosed": Words("開示書類の作成", "Made a disclosure"),
    "person.reread": Words("接続先からの再読み取り", "Read the records again"),
    "person.stopped": Words("利用停止の受付", "Took a request to stop all use"),
    "erasure.ordered": Words("消去の予約", "Ordered the erasure"),
    "erasure.canceled": Words("消去の取り消し", "Canceled the erasure"),
    "erasure.done": Words("消去の実施", "Erased the data"),
    "hold.set": Words("保全の開始", "Set a legal hold"),
    "hold.lifted": Words("保全の解除", "Lifted a legal hold"),
    "exclusion.added": Words("送信除外リストへの登録", "Put the number on the exclusion list"),
    "exclusion.lifted": Words("送信除外リストからの解除", "Took the number off the exclusion list"),
    "exclusion.history_seen": Words("停止履歴の閲覧", "Looked at the history of stops"),
    "consent.exported": Words("許諾の記録の書き出し", "Exported the ledger's entries"),
    "message.seen": Words("SMSの閲覧", "Looked at an SMS"),
    "message.proof": Words("SMSの根拠の閲覧", "Looked at the proof of an SMS"),
}
"""Codes of the audit trail; one that is not here stands as it is."""
