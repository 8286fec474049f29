"""What people read for the ledger's codes in a printed proof."""

from collections.abc import Mapping

from hub.consent.entry import EventType, Ground, Method
from hub.consent.exclusions import Origin
from hub.values.words import Words

EVENTS: Mapping[str, Words] = {
    EventType.REQUESTED: Words("許諾の依頼", "Consent asked for"),
    EventType.GIVEN: Words("許諾", "Consent given"),
    EventType.RENEWED: Words("再許諾", "Consent given anew"),
    EventType.REFUSED: Words("拒否", "Consent refused"),
    EventType.WITHDRAWN: Words("撤回(配信停止)", "Consent withdrawn (opt-out)"),
    EventType.EXPIRED: Words("期限切れ", "Consent expired"),
    EventType.INVALIDATED: Words("無効化", "Consent invalidated"),
    EventType.IMPORTED: Words("証拠なしの取り込み", "Imported without proof"),
}

GROUNDS: Mapping[str, Words] = {
    Ground.CONSENT: Words("本人の同意", "Consent"),
    Ground.REQUEST: Words("本人の求め", "Request"),
    Ground.ADDRESS_GIVEN_IN_WRITING: Words("書面による通知", "Number given in writing"),
    Ground.BUSINESS_RELATIONSHIP: Words("取引関係", "Business relationship"),
    Ground.PUBLISHED_ADDRESS: Words("公表された番号", "Published number"),
    Ground.NOT_ADVERTISING: Words("広告でない連絡", "No advertising"),
}

METHODS: Mapping[str, Words] = {
    Method.CHECKBOX: Words("チェックボックス", "Check box"),
    Method.SUBMIT_DEEMED: Words("送信ボタンによるみなし同意", "Submit button deemed to agree"),
    Method.DOUBLE_OPT_IN_SMS: Words("SMSでの確認(ダブルオプトイン)", "Double opt-in by SMS"),
    Method.DOUBLE_OPT_IN_MAIL: Words("メールでの確認(ダブルオプトイン)", "Double opt-in by mail"),
    Method.KEYWORD: Words("返信のキーワード", "Keyword in a reply"),
    Method.PAPER: Words("書面", "Paper"),
    Method.VOICE: Words("電話", "Voice"),
    Method.IN_PERSON: Words("対面", "In person"),
    Method.IMPORT: Words("取り込み", "Import"),
    Method.RECORD_EVENT: Words("接続先のレコードの変更", "Change of the platform's record"),
    Method.PAGE: Words("Webページ", "Web page"),
}

ORIGINS: Mapping[str, Words] = {
    Origin.PAGE: Words("配信停止ページ", "Opt-out page"),
    Origin.REPLY: Words("SMSの返信", "Reply by SMS"),
    Origin.PLATFORM: Words("接続先のレコード", "Platform's record"),
    Origin.GATEWAY: Words("ゲートウェイ", "Gateway"),
    Origin.AGENT: Words("電話(担当者が記録)", "Phone (recorded by an agent)"),
    Origin.ADMIN: Words("管理者", "Administrator"),
    Origin.IMPORT: Words("取り込み", "Import"),
    Origin.API: Words("API", "API"),
}

WITHDRAWALS: Mapping[str, Words] = {
    "opt_out_page": Words("配信停止ページ", "opt-out page"),
    "reply": Words("SMSの返信", "reply by SMS"),
    "phone": Words("電話", "phone"),
}

TICKED: Mapping[bool | None, Words] = {
    True: Words("初期状態でチェックあり", "It came ticked"),
    False: Words("初期状態でチェックなし", "It came unticked"),
    None: Words("不明", "Not known"),
}

HOW_TO_CHECK: tuple[Words, ...] = (
    Words(
        "各記録の「ハッシュ」は、「直前の記録のハッシュ」(バイト列)の後に「ハッシュ対象の文字列」"
        "(UTF-8)をつないだもののSHA-256です。1つでも書き換え・削除・並べ替えがあれば一致しなくなり"
        "ます。",
        "The hash of a record is the SHA-256 of the bytes of the previous record's hash followed "
        "by the hashed text in UTF-8. It no longer fits where anything was changed, removed or "
        "moved.",
    ),
    Words(
        "文言・書式のハッシュは、その文章(UTF-8)のSHA-256です。",
        "The hash of a wording or form is the SHA-256 of its text in UTF-8.",
    ),
    Words(
        "システム上の全件検証は hub consent verify で行います。"
        "外部に控えた最新ハッシュとも照合します。",
        "In the system itself, hub consent verify checks every record, and compares with the "
        "newest hashes that were kept outside of it.",
    ),
    Words(
        "電話番号などの個人情報は、乱数を加えたハッシュだけが連鎖に含まれます。消去した後も検証できます。",
        "Of numbers and other personal data only a salted hash is part of the chain, so that it "
        "still verifies after they were erased.",
    ),
)

HEADINGS: Mapping[str, Words] = {
    "title": Words("SMS送信許諾の記録", "Record of consent to SMS"),
    "subject": Words("対象者", "Person"),
    "records": Words("接続先のレコード", "Records in the platforms"),
    "entries": Words("許諾の記録(記録順)", "Ledger, in the order of recording"),
    "exclusions": Words("送信除外リスト", "Exclusion list"),
    "forms": Words("書式の全文", "Forms in full"),
    "check": Words("この記録の確かめ方", "How to check this record"),
    "none": Words("該当する記録はありません。", "There is no such record."),
}

FIELDS: Mapping[str, Words] = {
    "number": Words("電話番号", "Number"),
    "masked": Words("(一部を伏せています)", "(partly hidden)"),
    "not_kept": Words("保持していません", "not kept"),
    "key": Words("番号の鍵付きハッシュ", "Keyed hash of the number"),
    "erased_at": Words("消去日時", "Erased at"),
    "sender": Words("送信者", "Sender"),
    "address": Words("住所", "Address"),
    "contact": Words("問い合わせ窓口", "Contact"),
    "made_at": Words("作成日時", "Made at"),
    "made_by": Words("作成者", "Made by"),
    "selection": Words("抽出条件", "Selection"),
    "people": Words("対象人数", "People"),
    "head": Words("作成時の最新の記録", "Newest record at that time"),
    "occurred_at": Words("本人の行為の日時", "Person acted at"),
    "recorded_at": Words("記録日時", "Recorded at"),
    "unknown_time": Words("不明(出所に記載なし)", "not known (the source does not say)"),
    "purpose": Words("利用目的", "Purpose"),
    "ground": Words("根拠", "Ground"),
    "method": Words("方法", "Method"),
    "strength": Words("証拠の強さ(1〜5)", "Strength (1 to 5)"),
    "ticked": Words("チェックの初期状態", "Box"),
    "wording": Words("本人が見た文言", "Words the person saw"),
    "form": Words("書式", "Form"),
    "notice": Words("個人情報の取扱い", "Privacy notice"),
    "scope": Words("約束した範囲", "Promised scope"),
    "channel": Words("手段", "Channel"),
    "actor": Words("行為者", "Actor"),
    "source": Words("出所", "Source"),
    "value": Words("読み取った値", "Value read"),
    "expires_at": Words("有効期限", "Valid until"),
    "withdrawal": Words("撤回の方法", "Ways to withdraw"),
    "recipients": Words("提供先", "Recipients"),
    "controller": Words("取得者", "Controller"),
    "attachments": Words("添付", "Attachments"),
    "collection": Words("取得方法の申告", "Declaration of how it was collected"),
    "signed_by": Words("署名", "Signed by"),
    "period": Words("使用期間", "Period of use"),
    "revoked": Words("取り消し", "Taken back at"),
    "ended": Words("効力", "Effect"),
    "stands": Words("撤回の記録なし", "no withdrawal on record"),
    "sent": Words("この根拠で送信したSMS", "SMS sent on this ground"),
    "personal": Words("個人情報", "Personal data"),
    "kept": Words("暗号化して保持", "kept, encrypted"),
    "chain": Words("連鎖", "Chain"),
    "place": Words("記録番号", "Place"),
    "prev_hash": Words("直前の記録のハッシュ", "Hash of the record before"),
    "hash": Words("ハッシュ", "Hash"),
    "canonical": Words("ハッシュ対象の文字列", "Hashed text"),
    "origin": Words("経路", "Origin"),
    "covers": Words("停止の範囲", "Scope"),
    "note": Words("備考", "Note"),
    "lifted_at": Words("解除", "Lifted"),
    "receipts": Words("接続先への反映", "Told to the platforms"),
}

PROOF: Mapping[str, Words] = {
    "title": Words("SMS送信の根拠", "Proof of one SMS"),
    "message": Words("メッセージ番号", "Message"),
    "text": Words("送信した本文", "Text sent"),
    "no_text": Words("本文は保持していません", "the text is not kept"),
    "template": Words("テンプレート", "Template"),
    "ordered_by": Words("送信の指示者", "Ordered by"),
    "gateway": Words("送信事業者", "Gateway"),
    "submitted_at": Words("送信日時", "Handed to the gateway at"),
    "state": Words("状態", "State"),
    "reference": Words("送信事業者の受付番号", "Gateway's reference"),
    "timeline": Words("経過", "What happened to it"),
    "ground": Words("送信の根拠とした記録", "The record it rests on"),
    "no_ground": Words(
        "根拠の記録はありません。送信されていません。",
        "It rests on no record: it was not sent.",
    ),
}
