"""Settings of one account at a vendor that a file describes.

The names are the same for every vendor, because the hub asks for them before it knows which one
is meant; the vendor file says which of them are needed.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from hub.sdk import Secret, SecretText, Settings, Words

from .checks import networks, refusal
from .vendorfile import load

_HARD_TO_GUESS = re.compile(r"[0-9A-Za-z_-]{22,200}")
_PLAIN = re.compile(r"[\x21-\x7e]{1,200}")
_SECRET = re.compile(r"[\x21-\x7e]{1,4096}")
_NEEDED = Words(
    ja="この事業者ではこの設定が必須です。値を書いてください",
    en="is needed for this vendor; write a value",
)


def _hard_to_guess(secret: SecretText) -> None:
    if not _HARD_TO_GUESS.fullmatch(secret.reveal()):
        raise refusal(
            "22文字以上のランダムな半角英数字を書いてください(記号は - と _ だけ使えます)",
            "write at least 22 random letters and digits; of signs only - and _ can be used",
        )


def _plain(text: str) -> None:
    if not _PLAIN.fullmatch(text):
        raise refusal(
            "半角英数記号を空白なしで書いてください",
            "write letters, digits and signs without spaces",
        )


def _secret(secret: SecretText) -> None:
    if not _SECRET.fullmatch(secret.reveal()):
        raise refusal(
            "半角英数記号を空白なしで書いてください",
            "write letters, digits and signs without spaces",
        )


def _words(ja: str, en: str, help_ja: str, help_en: str) -> dict[str, Words]:
    return {"label": Words(ja=ja, en=en), "help": Words(ja=help_ja, en=help_en)}


def _text(ja: str, en: str, help_ja: str, help_en: str) -> fields.String:
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=_plain,
        metadata=_words(ja, en, help_ja, help_en),
    )


class HttpSettings(Settings):
    """What the hub must know of one account.

    `rate` is in SMS per second, `burst` in SMS, `timeout` in seconds; without the first two the
    vendor file's own hold.
    """

    vendor = fields.String(
        required=True,
        metadata=_words(
            "事業者",
            "Vendor",
            "karaden、zettai_reach、または事業者ファイル(.toml)の絶対パスです。",
            "karaden, zettai_reach, or the absolute path of a vendor file (.toml).",
        ),
    )
    account = _text(
        "アカウントID",
        "Account",
        "KARADENのテナントID、絶対リーチ!SMSのclientIdです。",
        "KARADEN's tenant id, or the clientId of 絶対リーチ!SMS.",
    )
    service = _text(
        "サービスID",
        "Service",
        "KARADENのサービスID、絶対リーチ!SMSのsmsCodeです。",
        "KARADEN's service id, or the smsCode of 絶対リーチ!SMS.",
    )
    token = Secret(
        load_default=None,
        allow_none=True,
        validate=_secret,
        metadata=_words(
            "トークン",
            "Token",
            "事業者の管理画面に表示されるAPIのトークンやキーです。",
            "The API's token or key, from the vendor's admin pages.",
        ),
    )
    username = _text(
        "ユーザー名",
        "User name",
        "Basic認証の事業者で必要です。",
        "For vendors with Basic authentication.",
    )
    password = Secret(
        load_default=None,
        allow_none=True,
        validate=_secret,
        metadata=_words(
            "パスワード",
            "Password",
            "Basic認証の事業者で必要です。",
            "For vendors with Basic authentication.",
        ),
    )
    callback_key = Secret(
        load_default=None,
        allow_none=True,
        validate=_hard_to_guess,
        metadata=_words(
            "通知先URLのキー",
            "Callback key",
            "結果通知のURLの末尾に付けるキーです。空欄なら結果はハブから問い合わせます。",
            "Ends the address that results are posted to. Without it the hub asks for results.",
        ),
    )
    callback_addresses = fields.List(
        fields.String(),
        load_default=list,
        validate=networks,
        metadata=_words(
            "通知元IPアドレス",
            "Callback addresses",
            "結果通知を受け付けるIPアドレスや範囲。空欄なら事業者ファイルのものを使います。",
            "IP addresses or ranges that results may come from. Empty: those of the vendor file.",
        ),
    )
    rate = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, min_inclusive=False, max=1_000),
        metadata=_words(
            "送信速度(件/秒)",
            "Rate (SMS per second)",
            "1秒間に送る最大の件数。空欄なら事業者ファイルの値です。",
            "The most SMS a second. Empty: as the vendor file says.",
        ),
    )
    burst = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=1_000),
        metadata=_words(
            "一度に送る件数",
            "Burst",
            "しばらく送信がなかった後に続けて送れる件数。空欄なら事業者ファイルの値です。",
            "How many SMS may leave at once after a pause. Empty: as the vendor file says.",
        ),
    )
    timeout = fields.Float(
        load_default=10.0,
        validate=validate.Range(min=0.1, max=20),
        metadata=_words(
            "応答を待つ秒数",
            "Time-out (seconds)",
            "この秒数を過ぎても応答がないSMSは「不明」になり、事業者に確かめてから扱います。",
            "An SMS without an answer after this long is unknown until the vendor was asked.",
        ),
    )

    @validates_schema
    def _as_the_vendor_file_says(self, data: Mapping[str, Any], **_: Any) -> None:
        try:
            vendor = load(data["vendor"])
        except ValidationError as exc:
            raise ValidationError({"vendor": exc.messages}) from exc
        missing = {name: [_NEEDED] for name in sorted(vendor.needs) if data.get(name) is None}
        if missing:
            raise ValidationError(missing)
