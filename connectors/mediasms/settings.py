"""Settings of one MediaSMS-CONSOLE API user."""

import re
from ipaddress import ip_network

from marshmallow import ValidationError, fields, validate

from hub.sdk import Secret, SecretText, Settings, Words

HOST = "www.sms-console.jp"
"""The console's host, as customers' published programs call it."""

MOST_REQUESTS = 80
"""Requests a second from one address, beyond which the console answers 503."""

_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_PASSWORD = re.compile(r"[\x21-\x7e]{6,20}")
_HARD_TO_GUESS = re.compile(r"[0-9A-Za-z_-]{22,200}")
_USERNAME = re.compile(r"[\x21-\x39\x3b-\x7e]{2,20}")
_TITLE = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z._-]{2,11}")
_PREFIX = re.compile(r"[0-9A-Za-z]{0,8}")


def _refusal(ja: str, en: str) -> ValidationError:
    return ValidationError([Words(ja=ja, en=en)])


def _bare_host(text: str) -> None:
    if not _HOST.fullmatch(text):
        raise _refusal(
            f"https:// や / を付けずにホスト名だけを書いてください(例: {HOST})",
            f"write the host name alone, without https:// or a slash, such as {HOST}",
        )


def _username(text: str) -> None:
    if not _USERNAME.fullmatch(text):
        raise _refusal(
            "APIのユーザー名(半角英数記号2〜20文字)を空白やコロンなしで書いてください",
            "write the API user name, 2 to 20 letters, digits and signs without spaces or colons",
        )


def _title(text: str) -> None:
    if not _TITLE.fullmatch(text):
        raise _refusal(
            "半角英数字2〜11文字で書いてください(記号は . _ - だけ、数字だけは使えません)",
            "write 2 to 11 letters and digits, not digits alone; of signs only . _ - can be used",
        )


def _prefix(text: str) -> None:
    if not _PREFIX.fullmatch(text):
        raise _refusal("半角英数字を8文字まで書いてください", "write up to 8 letters and digits")


def _password(secret: SecretText) -> None:
    if not _PASSWORD.fullmatch(secret.reveal()):
        raise _refusal(
            "APIのパスワード(半角英数記号6〜20文字)を空白なしで書いてください",
            "write the API password, 6 to 20 letters, digits and signs without spaces",
        )


def _hard_to_guess(secret: SecretText) -> None:
    if not _HARD_TO_GUESS.fullmatch(secret.reveal()):
        raise _refusal(
            "22文字以上のランダムな半角英数字を書いてください(記号は - と _ だけ使えます)",
            "write at least 22 random letters and digits; of signs only - and _ can be used",
        )


def _networks(addresses: list[str]) -> None:
    for address in addresses:
        try:
            ip_network(address)
        except ValueError as exc:
            raise _refusal(
                "IPアドレスか、203.0.113.0/28 の形の範囲を書いてください",
                "write IP addresses, or ranges such as 203.0.113.0/28",
            ) from exc


class MediaSettings(Settings):
    """What the hub must know of one API user.

    `rate` is in SMS per second, `burst` in SMS, `timeout` in seconds, `parallel` in requests that
    one worker has under way at a time.
    """

    host = fields.String(
        load_default=HOST,
        validate=_bare_host,
        metadata={
            "label": Words(ja="ホスト名", en="Host"),
            "help": Words(
                ja="API仕様書にあるMediaSMS-CONSOLEのホスト名です。",
                en="The host of MediaSMS-CONSOLE, as your API specification names it.",
            ),
        },
    )
    username = fields.String(
        required=True,
        validate=_username,
        metadata={
            "label": Words(ja="APIユーザー名", en="User name"),
            "help": Words(
                ja="API連携に使うユーザーのusernameです。",
                en="The `username` of the user that calls the API.",
            ),
        },
    )
    password = Secret(
        required=True,
        validate=_password,
        metadata={
            "label": Words(ja="APIパスワード", en="Password"),
            "help": Words(
                ja="5回続けて誤るとこのサーバーのIPアドレスがブロックされます。正確に入力してください。",
                en="Type it with care: five wrong ones in a row block this server's address.",
            ),
        },
    )
    callback_key = Secret(
        load_default=None,
        allow_none=True,
        validate=_hard_to_guess,
        metadata={
            "label": Words(ja="通知先URLのキー", en="Callback key"),
            "help": Words(
                ja="送達結果通知のURLの末尾に付けるキーです。空欄なら返信は受け取れず、"
                "結果はハブから問い合わせます。",
                en="Ends the address that results are posted to. Without it no replies are taken, "
                "and the hub asks for results.",
            ),
        },
    )
    callback_addresses = fields.List(
        fields.String(),
        load_default=list,
        validate=_networks,
        metadata={
            "label": Words(ja="通知元IPアドレス", en="Callback addresses"),
            "help": Words(
                ja="送達結果通知を受け付けるIPアドレスや範囲。空欄ならどこからでも受け付けます。",
                en="IP addresses or ranges that results may come from. Empty: from anywhere.",
            ),
        },
    )
    replies = fields.Boolean(
        load_default=False,
        metadata={
            "label": Words(ja="双方向SMS", en="Replies"),
            "help": Words(
                ja="双方向SMSを契約していて返信を受け取るときに有効にします。",
                en="Switch on where your contract has two-way SMS.",
            ),
        },
    )
    long_text = fields.Boolean(
        load_default=False,
        metadata={
            "label": Words(ja="長文オプション", en="Long texts"),
            "help": Words(
                ja="長文オプションを契約していれば660文字まで、それ以外は70文字までです。",
                en="With the long-text option 660 characters can be sent, without it 70.",
            ),
        },
    )
    sender_title = fields.String(
        load_default=None,
        allow_none=True,
        validate=_title,
        metadata={
            "label": Words(ja="送信元表示(smstitle)", en="Sender title"),
            "help": Words(
                ja="半角英数字2〜11文字。国際網の配信だけに表示され、国内網では無視されます。",
                en="2 to 11 letters and digits; shown on international routes only.",
            ),
        },
    )
    number_style = fields.String(
        load_default="domestic",
        validate=validate.OneOf(["domestic", "international"]),
        metadata={
            "label": Words(ja="番号の形式", en="Number style"),
            "help": Words(
                ja="domesticは090…、internationalは8190…の形で送ります。",
                en="domestic sends 090…, international sends 8190….",
            ),
        },
    )
    smsid_prefix = fields.String(
        load_default="",
        validate=_prefix,
        metadata={
            "label": Words(ja="smsidの接頭辞", en="smsid prefix"),
            "help": Words(
                ja="同じAPIユーザーを使うほかのシステムと区別する半角英数字。8文字まで。",
                en="Up to 8 letters and digits that set the hub's SMS apart "
                "from those of other systems with the same API user.",
            ),
        },
    )
    rate = fields.Float(
        load_default=20.0,
        validate=validate.Range(min=0, min_inclusive=False, max=1_000),
        metadata={
            "label": Words(ja="送信速度(件/秒)", en="Rate (SMS per second)"),
            "help": Words(
                ja=f"1秒間に送る最大の件数。同じIPアドレスから秒間{MOST_REQUESTS}件が上限とされています。",
                en=f"The most SMS a second. {MOST_REQUESTS} requests a second "
                "from one address are said to be the limit.",
            ),
        },
    )
    burst = fields.Integer(
        load_default=10,
        validate=validate.Range(min=1, max=1_000),
        metadata={
            "label": Words(ja="一度に送る件数", en="Burst"),
            "help": Words(
                ja="しばらく送信がなかった後に、続けて送れる件数です。",
                en="How many SMS may leave at once after a pause.",
            ),
        },
    )
    parallel = fields.Integer(
        load_default=2,
        validate=validate.Range(min=1, max=32),
        metadata={
            "label": Words(ja="同時に送る件数", en="Requests at a time"),
            "help": Words(
                ja="1つのワーカーが同時に送る件数。全ワーカーの合計を4以下にすると、"
                "送信中にパスワードが変わってもIPアドレスはブロックされません。",
                en="Of one worker. While all workers together have no more than 4 under way, "
                "a password that is changed meanwhile does not get this address blocked.",
            ),
        },
    )
    timeout = fields.Float(
        load_default=10.0,
        validate=validate.Range(min=0.1, max=15),
        metadata={
            "label": Words(ja="応答を待つ秒数", en="Time-out (seconds)"),
            "help": Words(
                ja="この秒数を過ぎても応答がないSMSは、同じsmsidで送り直します(二重には届きません)。",
                en="An SMS without an answer after this long is sent again "
                "under the same smsid, which the console takes once.",
            ),
        },
    )
