"""Why a message was held or refused: each code with a sentence for its cause and the next step."""

from collections.abc import Mapping

from hub.values.words import Words

REASONS: Mapping[str, Words] = {
    "no_evidence": Words(
        "この番号には送信の根拠となる記録がありません。同意を得て記録するか、取得方法を申告してください。",
        "There is no record that allows an SMS to this number. Record a consent, or declare how "
        "it was collected.",
    ),
    "wrong_purpose": Words(
        "同意の記録はありますが、この利用目的のものではありません。この目的で同意を得てください。",
        "There is consent, but not for this purpose. Ask for consent to this purpose.",
    ),
    "wrong_channel": Words(
        "同意の記録はSMS以外の手段についてのものです。SMSでの同意を得てください。",
        "The consent is for another channel. Ask for consent to SMS.",
    ),
    "wrong_ground": Words(
        "広告の送信には同意または請求が必要です。同意を得てから送信してください。",
        "Advertising needs consent or a request; the ground on record is another. Ask for consent.",
    ),
    "consent_expired": Words(
        "同意の有効期限が切れています。あらためて同意を得てください。",
        "The consent has expired. Ask for it again.",
    ),
    "withdrawn": Words(
        "本人が同意を撤回しています。本人があらためて同意するまで送信できません。",
        "The person withdrew. No SMS can be sent until they agree anew themselves.",
    ),
    "refused": Words(
        "本人が受信を断っています。本人があらためて同意するまで送信できません。",
        "The person refused. No SMS can be sent until they agree anew themselves.",
    ),
    "strength_below_policy": Words(
        "同意の記録が不十分です(日時・文言・取得元のいずれかが不明か、電話などの弱い方法)。"
        "記録を補うか、取得方法を申告してください。",
        "The record of consent proves too little: its time, wording or source is unknown, or it "
        "was given in a way that proves little, such as by phone. "
        "Complete the record, or declare how it was collected.",
    ),
    "number_changed": Words(
        "同意の後に電話番号が変わっています。新しい番号であらためて同意を得てください。",
        "The number changed after the consent. Ask for consent with the new number.",
    ),
    "record_gone": Words(
        "同意の元になったレコードが見つかりません。接続先でレコードを確認してください。",
        "The record that held the consent is gone. Look for it in the platform.",
    ),
    "number_dead": Words(
        "ゲートウェイがこの番号には届かないと回答しています。本人がフォームか書面で番号を"
        "確認し直すまで送信できません。",
        "The gateway says this number takes no SMS for good. Have the person confirm it anew by "
        "form or on paper.",
    ),
    "number_silent": Words(
        "長期間この番号に届いていないため、別の人の番号になっている可能性があります。"
        "本人がフォームか書面で同意し直すまで送信できません。",
        "Nothing reached this number for so long that it may be somebody else's by now. Have the "
        "person agree anew by form or on paper.",
    ),
    "narrower_purpose": Words(
        "同意の後に利用目的の範囲が広がっています。今の文言であらためて同意を得てください。",
        "The consent is to a narrower version of this purpose. Ask for consent to its words now.",
    ),
    "not_just_asked": Words(
        "同意を求めるSMSは、本人がフォームに番号を入力した直後にだけ送信できます。"
        "フォームから申し込んでもらってください。",
        "An SMS may ask for consent only right after the person typed the number into a form. "
        "Show them the form.",
    ),
    "legal_hold": Words(
        "法的な保全の対象のため送信できません。解除は管理者が行います。",
        "The number or the purpose is under a legal hold. An administrator can lift it.",
    ),
    "source_suspended": Words(
        "接続先の設定が変わったため、その同意を使えません。接続の画面で原因を確認してください。",
        "The platform's fields changed, so its consents do not count. See the connection for why.",
    ),
    "collection_revoked": Words(
        "同意の取得方法の申告が取り消されています。申告し直すか、個別に同意を記録してください。",
        "The declaration behind this consent was revoked. Declare it anew or record each consent.",
    ),
    "suppressed_all": Words(
        "送信除外リストにあります(すべてのSMSを停止)。本人の申し出があるまで送信できません。",
        "The number is on the exclusion list for every SMS. Only the person can re-open it.",
    ),
    "suppressed_promotional": Words(
        "送信除外リストにあります(広告のSMSを停止)。本人の申し出があるまで広告は送信できません。",
        "The number is on the exclusion list for advertising. Only the person can re-open it.",
    ),
    "suppressed_purpose": Words(
        "送信除外リストにあります(この利用目的を停止)。本人の申し出があるまで送信できません。",
        "The number is on the exclusion list for this purpose. Only the person can re-open it.",
    ),
    "invalid_number": Words(
        "SMSを送信できる携帯電話番号ではありません。接続先で番号を確認してください。",
        "This is not a mobile number that can be texted. Correct it in the platform.",
    ),
    "display_items_missing": Words(
        "広告に必要な表示(送信者の名称、配信停止の案内)が本文にありません。"
        "テンプレートを直してください。",
        "The text lacks what advertising must show (sender's name, how to stop). "
        "Mend the template.",
    ),
    "too_late": Words(
        "送信期限を過ぎたため送信しませんでした。必要であれば新しく送信してください。",
        "Its time to be sent has passed. Send a new one if it is still wanted.",
    ),
    "not_before": Words(
        "送信予定の時刻になっていません。時刻になると自動で送信します。",
        "Its time has not come. It leaves by itself then.",
    ),
    "quiet_hours": Words(
        "広告を送らない時間帯のため保留中です。時間帯が終わると自動で送信します。",
        "Held, because advertising waits at this hour. It leaves by itself when the hours end.",
    ),
    "quiet_day": Words(
        "広告を送らない日のため保留中です。次の送信できる時刻になると自動で送信します。",
        "Held, because advertising waits on such days. It leaves by itself when the next day "
        "for it begins.",
    ),
    "frequency_cap": Words(
        "この番号への広告が上限に達したため保留中です。期間が過ぎると自動で送信します。",
        "Held, because the number has had as much advertising as it may. It leaves by itself "
        "when the time is over.",
    ),
    "debt_collection_hours": Words(
        "督促を送れない時間帯(21時〜8時)のため保留中です。8時になると自動で送信します。",
        "Held, because nobody is reminded of a debt from 21:00 to 8:00. It leaves by itself at "
        "8:00.",
    ),
    "reply_in_doubt": Words(
        "配信停止の可能性がある返信があるため保留中です。hub replies list で確認してください。",
        "Held, because a reply from this number may be a stop. Decide on it: hub replies list.",
    ),
    "source_stale": Words(
        "接続先のレコードを最近確認できていないため保留中です。"
        "接続先が応答すると自動で確認して送信します。",
        "Held, because the record was not read recently. It is read and sent by itself when the "
        "platform answers.",
    ),
}


def words(reason: str) -> Words:
    """Give the sentence for a code. Raises KeyError for one that the gate does not know."""
    return REASONS[reason]
