"""Words of the console for the hub's codes that only its pages show."""

from hub.values.labels import PUSH_STATES
from hub.values.words import Words

RECEIPT_STATES = {
    **PUSH_STATES,
    "none": Words("反映先なし", "No record to tell"),
}

CHANGES = {
    "opt_out": Words("停止", "Stop"),
    "restore": Words("再開", "Restore"),
}

ORIGINS = {
    "page": Words("配信停止ページ", "Opt-out page"),
    "reply": Words("SMSの返信", "Reply by SMS"),
    "platform": Words("接続先のレコード", "Record in a platform"),
    "gateway": Words("ゲートウェイ", "Gateway"),
    "agent": Words("電話(オペレータ)", "Phone call to an agent"),
    "admin": Words("管理者", "Administrator"),
    "import": Words("取り込み", "Import"),
    "api": Words("API", "API"),
}

ROLES = {
    "contact_source": Words("連絡先の読み込み", "Reads people"),
    "event_trigger": Words("イベント", "Events"),
    "opt_out_sink": Words("配信停止の反映", "Takes opt-outs"),
    "consent_sink": Words("許諾の反映", "Takes consents"),
    "activity_sink": Words("送信履歴の記録", "Takes notes"),
    "message_gateway": Words("SMS送信", "Sends SMS"),
}

RUN_KINDS = {
    "first": Words("初回", "First"),
    "whole": Words("全件", "Everything anew"),
    "changed": Words("更新分", "Changes"),
    "refs": Words("削除の確認", "What has vanished"),
}

RUN_STATES = {
    "running": Words("実行中", "Running"),
    "done": Words("完了", "Done"),
    "stopped": Words("中断(続きから再開)", "Stopped; goes on from there"),
    "failed": Words("失敗", "Failed"),
}

SEND_KINDS = {
    "list": Words("一斉配信", "To a list"),
    "single": Words("個別送信", "Single"),
    "rule": Words("自動送信(ルール)", "By a rule"),
    "api": Words("API", "API"),
}

EVENT_TYPES = {
    "requested": Words("許諾を依頼", "Asked"),
    "given": Words("許諾", "Agreed"),
    "renewed": Words("再許諾", "Agreed anew"),
    "refused": Words("拒否", "Refused"),
    "withdrawn": Words("取り消し", "Withdrawn"),
    "expired": Words("期限切れ", "Expired"),
    "invalidated": Words("無効", "Made invalid"),
    "imported": Words("取り込み", "Imported"),
}

GROUNDS = {
    "consent": Words("同意", "Consent"),
    "request": Words("請求", "Request"),
    "address_given_in_writing": Words("書面による番号の通知", "Number given in writing"),
    "business_relationship": Words("取引関係", "Business relationship"),
    "published_address": Words("公表された番号", "Published number"),
    "not_advertising": Words("広告ではない連絡", "No advertising"),
}

METHODS = {
    "checkbox": Words("チェックボックス", "Tick box"),
    "submit_deemed": Words("送信ボタン(みなし同意)", "Deemed by submitting"),
    "double_opt_in_sms": Words("ダブルオプトイン(SMS)", "Double opt-in by SMS"),
    "double_opt_in_mail": Words("ダブルオプトイン(メール)", "Double opt-in by mail"),
    "keyword": Words("キーワード返信", "Keyword"),
    "paper": Words("書面", "Paper"),
    "voice": Words("電話", "Phone"),
    "in_person": Words("対面", "In person"),
    "import": Words("取り込み", "Import"),
    "record_event": Words("レコードの変更", "Change of a record"),
    "page": Words("ページ", "Page"),
}
