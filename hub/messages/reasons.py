"""Why a message is not sent, or was not delivered: a sentence for every code."""

from collections.abc import Mapping

from hub.consent.reasons import REASONS as GATE
from hub.values.words import Words

REASONS: Mapping[str, Words] = {
    "merge_field_empty": Words(
        "差し込み項目の値が空です。接続先のレコードに値を入力してください。",
        "A merge field has no value for this person. Fill it in on the platform's record.",
    ),
    "number_unknown": Words(
        "指定された番号は本人の番号ではありません。接続先で本人の電話番号を確認してください。",
        "The number that was asked for is none of the person's own. Check their numbers in the "
        "platform.",
    ),
    "number_unclear": Words(
        "指定された下の桁に一致する番号が複数あります。桁数を増やして指定してください。",
        "Several of the person's numbers end in those digits. Give more digits, or all.",
    ),
    "other_number": Words(
        "広告は本人が許諾した番号だけに送信できます。マッピングした番号に送信してください。",
        "Advertising goes only to the number the person agreed for. Send it to the mapped number.",
    ),
    "unsupported_character": Words(
        "ゲートウェイで送れない文字が含まれています。本文またはレコードの値を置き換えてください。",
        "The text holds a character this gateway cannot carry. Change the text or the record.",
    ),
    "too_long": Words(
        "差し込み後の本文が長すぎます。テンプレートを短くしてください。",
        "With this person's values the text is too long. Shorten the template.",
    ),
    "erased": Words(
        "送信前に番号または本文が消去されたため、送信しません。",
        "Number or text were erased before it left, so it is not sent.",
    ),
    "canceled": Words(
        "担当者が送信を取り消しました。",
        "A person canceled it before it left.",
    ),
    "not_again": Words(
        "復元後、担当者が再送しないと判断しました。復元前に送信された可能性があります。",
        "After the restore a person decided not to send it again; it may have left before.",
    ),
    "failover": Words(
        "ゲートウェイが受け付けなかったため、次のゲートウェイで送信します。",
        "The gateway did not take it; it goes by the next one of its route.",
    ),
    "by_hand": Words(
        "担当者の指示により再送します。",
        "A person said that it is to be sent again.",
    ),
    "not_after": Words(
        "送信期限を過ぎたため送信しませんでした。必要なら新たに送信してください。",
        "Its last moment passed before it could leave. Send anew if it still matters.",
    ),
    "bad_number": Words(
        "ゲートウェイが番号を受け付けませんでした。接続先で番号を確認してください。",
        "The gateway does not take this number. Check it in the platform.",
    ),
    "opted_out": Words(
        "ゲートウェイ側で本人が配信を停止しています。送信除外リストに登録しました。",
        "The person stopped messages at the gateway. The number is on the exclusion list now.",
    ),
    "content": Words(
        "ゲートウェイが本文を拒否しました。本文を見直してください。",
        "The gateway refused the text. Change it and send anew.",
    ),
    "auth": Words(
        "ゲートウェイの認証に失敗しました。接続の設定を確認すると自動で再開します。",
        "The gateway refused the sign-in. Mend the connection; the message then goes by itself.",
    ),
    "sender": Words(
        "接続に設定した送信元からこの番号へは送信できません。送信元と、ゲートウェイでの"
        "送信許可(対象国、試用アカウント)を確認してください。",
        "The sender of this connection cannot send to this number. Check the sender, and what the "
        "gateway permits it (countries, trial account).",
    ),
    "quota": Words(
        "ゲートウェイの上限に達しました。自動で再送します。",
        "The gateway's limit is reached. The hub tries again by itself.",
    ),
    "unreachable": Words(
        "ゲートウェイまたは端末に届きませんでした。端末が圏外の可能性があります。",
        "The gateway or the handset could not be reached; the handset may be out of range.",
    ),
    "expired": Words(
        "有効期間内に端末へ届きませんでした。", "It did not reach the handset in time."
    ),
    "other": Words(
        "ゲートウェイが理由を示さずに拒否しました。ゲートウェイの管理画面を確認してください。",
        "The gateway refused it without a reason the hub knows. Look into the gateway's console.",
    ),
    "partly": Words(
        "長文の一部だけが端末に届きました。短い本文で送り直すか、別の方法で連絡してください。",
        "Only a part of the long text reached the handset. "
        "Send a shorter text, or tell the person another way.",
    ),
    "handset_refuses": Words(
        "端末または携帯会社の設定でSMSの受信が拒否されています。別の方法で連絡してください。",
        "The handset or its carrier is set to refuse SMS. Tell the person another way.",
    ),
    "repeated_text": Words(
        "同じ番号に同じ本文を続けて送ったため、ゲートウェイが送信しませんでした。"
        "必要なら時間をおいて送り直してください。",
        "The same text had just gone to this number, so the gateway did not send it. "
        "Send it anew later if it still matters.",
    ),
    "outside_hours": Words(
        "ゲートウェイの送信許可時間外です。ゲートウェイの管理画面で許可時間を確認してください。",
        "The gateway takes no SMS at this hour. Check the permitted hours in its console.",
    ),
    "canceled_there": Words(
        "ゲートウェイの管理画面で送信が取り消されました。必要なら新たに送信してください。",
        "It was canceled in the gateway's console. Send anew if it still matters.",
    ),
    "gateway_busy": Words(
        "ゲートウェイが混み合っています。自動で再送します。",
        "The gateway is busy. The hub tries again by itself.",
    ),
    "no_answer": Words(
        "送信の応答がなく、届いたか不明です。配信結果を待つか、ゲートウェイの管理画面で確認してください。",
        "No answer came, so it may or may not have left. "
        "Wait for its report, or look into the gateway's console.",
    ),
    "gateway_fault": Words(
        "ゲートウェイのプラグインが異常終了し、届いたか不明です。接続の画面で原因を確認してください。",
        "The gateway's plugin broke, so it may or may not have left. See the connection for why.",
    ),
    "worker_lost": Words(
        "送信中に処理が中断し、届いたか不明です。ゲートウェイの管理画面で確認してください。",
        "The sending process was lost, so it may or may not have left. "
        "Look into the gateway's console.",
    ),
    "lease_over": Words(
        "処理が遅れたため送信していません。自動で再送します。",
        "It was not sent because the process came too late. The hub tries again by itself.",
    ),
    "same_key": Words(
        "応答がなかったため、同じキーで再送します(重複しません)。",
        "No answer came; it is sent again under the same key, which the gateway takes once.",
    ),
    "restored": Words(
        "バックアップ作成時に送信待ちでした。その後に送信された可能性があるため、自動では送信しません。"
        "必要なら再送してください。",
        "It waited when the backup was made and may have left since, so the hub does not send it "
        "by itself. Retry it if it still matters.",
    ),
    "never_arrived": Words(
        "ゲートウェイに届いていないことを確認したため、再送します。",
        "The gateway says it never came; it is sent again.",
    ),
}
"""The codes of this room; those of the gate are in `hub.consent.reasons`."""

_ELSE = Words(
    "接続先が「{code}」と応答しました。接続先の管理画面を確認してください。",
    'The other side says "{code}". Look into its console.',
)


def words_for(code: str) -> Words:
    """Give the sentence of a reason's code, a gateway's own code included."""
    known = REASONS.get(code) or GATE.get(code)
    if known is not None:
        return known
    return Words(ja=_ELSE.ja.format(code=code), en=_ELSE.en.format(code=code))
