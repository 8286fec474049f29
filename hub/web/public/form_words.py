"""What the opt-in form and the pages behind it say, in Japanese and in English."""

from collections.abc import Mapping

from hub.values.words import Words

FORM_TEXTS: Mapping[str, Words] = {
    "form_sender": Words("SMSの送信者", "Sent by"),
    "form_choose": Words("受け取るSMSを選んでください", "Choose the SMS you want to get"),
    "form_number": Words("携帯電話番号", "Your mobile number"),
    "form_number_note": Words(
        "SMSを受け取れる日本の携帯電話番号(060・070・080・090)を入力してください。",
        "A Japanese mobile number (060, 070, 080, 090) that can get SMS.",
    ),
    "form_frequency": Words("送信の頻度・内容", "How often, and about what"),
    "form_notice": Words("個人情報の取り扱い", "Privacy notice"),
    "form_notice_version": Words("版: {version}", "version {version}"),
    "form_stop": Words("配信の停止", "Stopping"),
    "form_stop_text": Words(
        "いつでも停止できます。届いたSMSの「配信停止」のリンクを開くか、下の窓口へご連絡ください。",
        "You can stop at any time: open the opt-out link in any of our SMS, or use the contact "
        "below.",
    ),
    "form_code_note": Words(
        "ボタンを押すと、入力した番号に確認コードをSMSで送ります。"
        "コードを入力するまで、同意は成立しません。",
        "The button sends a code by SMS to this number. You have agreed to nothing until you "
        "enter it.",
    ),
    "form_send_code": Words("確認コードを受け取る", "Send me the code"),
    "form_agree": Words("同意して登録する", "Agree and sign up"),
    "form_version": Words("文言の版", "Version of this text"),
    "form_no_box": Words(
        "受け取るSMSを1つ以上選んでください。", "Please tick at least one kind of SMS."
    ),
    "form_no_number": Words(
        "SMSを受け取れる携帯電話番号を入力してください。例: 090-1234-5678",
        "Please enter a mobile number that can get SMS, such as 090-1234-5678.",
    ),
    "form_changed": Words(
        "お読みいただいている間に文言が変わりました。内容を確認し、もう一度選んでください。",
        "The text changed while you were reading. Please read it and choose again.",
    ),
    "code_title": Words("確認コードの入力", "Enter the code"),
    "code_lead": Words(
        "入力した番号に送った6桁の確認コードを入力してください。コードは10分間有効です。",
        "Enter the six digits we sent to the number you typed. They are good for ten minutes.",
    ),
    "code_field": Words("確認コード", "Code"),
    "code_confirm": Words("確認して登録する", "Confirm and sign up"),
    "code_wrong": Words(
        "コードが違います。SMSのコードをもう一度確かめてください(あと{left}回)。",
        "That is not the code. Please look at the SMS once more ({left} tries left).",
    ),
    "code_none": Words("コードが届かないとき", "No code?"),
    "code_none_text": Words(
        "番号の入力に誤りがないか確かめて、もう一度お試しください。1つの番号に送るコードの数には"
        "1日の上限があります。以前にすべてのSMSを停止した番号には、コードを送りません。"
        "その場合は下の窓口へご連絡ください。",
        "Check the number and try again. A number gets only so many codes a day. A number that "
        "once stopped every SMS gets none: please use the contact below.",
    ),
    "code_again": Words("番号の入力に戻る", "Back to the form"),
    "code_over_title": Words("このコードは使えません", "This code is no longer valid"),
    "code_over": Words(
        "10分が過ぎたか、違うコードが続けて入力されました。登録はされていません。"
        "はじめからやり直してください。",
        "Ten minutes have passed, or it was mistyped too often. You are not signed up. "
        "Please start again.",
    ),
    "done_title": Words("登録しました", "You are signed up"),
    "done_since": Words("{date} {time} に同意を記録しました。", "Recorded on {date}, {time}."),
    "done_purposes": Words("お届けするSMS", "What you will get"),
    "form_gone_title": Words("このフォームは受け付けていません", "This form is closed"),
    "form_gone": Words(
        "アドレスが正しくないか、受け付けが終了しています。下の窓口へお問い合わせください。",
        "The address may be wrong, or the form was closed. Please use the contact below.",
    ),
    "form_many_title": Words("しばらくお待ちください", "Please wait a while"),
    "form_many": Words(
        "この回線から確認されていない登録が続いています。1時間ほどたってから、もう一度お試しください。",
        "Too many sign-ups from this connection were not confirmed. Please try again in an hour.",
    ),
    "form_down_title": Words("ただいま受け付けできません", "We cannot take this right now"),
    "form_down": Words(
        "登録はされていません。数分後にもう一度お試しください。",
        "You are not signed up. Please try again in a few minutes.",
    ),
}
