"""Settings of a kintone connection: one app, read and written with that app's API token."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hub.sdk import Secret, SecretText, Settings, Words

# Japan, elsewhere, China (cybozu.dev, common specification).
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)?\.(cybozu\.com|kintone\.com|cybozu\.cn)")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
# 22 characters of a 64-letter alphabet hold 132 bits.
_WEBHOOK_KEY = re.compile(r"[A-Za-z0-9_-]{22,200}")
_FEWEST_DIFFERENT = 8


def webhook_keys(setting: SecretText | None) -> tuple[str, ...]:
    """Give the live webhook keys: none, one, or a new one and an old one during a change."""
    if setting is None:
        return ()
    return tuple(key.strip() for key in setting.reveal().split(",") if key.strip())


def _bare_host(domain: str) -> None:
    if not _HOST.fullmatch(domain.lower()):
        raise ValidationError(
            [
                Words(
                    ja="acme.cybozu.com のようなホスト名だけを書いてください",
                    en="write only the host name, such as acme.cybozu.com",
                )
            ]
        )


def _counting_number(number: int) -> None:
    if number < 1:
        raise ValidationError([_APP_NUMBER])


def _token(secret: SecretText) -> None:
    if not _HEADER_SAFE.fullmatch(secret.reveal().strip()):
        raise ValidationError(
            [
                Words(
                    ja="APIトークンではありません。アプリの設定から空白なしで写し直してください",
                    en="is no API token: copy it again from the app's settings, without spaces",
                )
            ]
        )


def _hard_to_guess(secret: SecretText) -> None:
    keys = webhook_keys(secret)
    if not 1 <= len(keys) <= 2:
        raise ValidationError(
            [
                Words(
                    ja="キーを1つ、または新旧2つをカンマで区切って書いてください",
                    en="write one key, or the new and the old one with a comma between them",
                )
            ]
        )
    for key in keys:
        if not _WEBHOOK_KEY.fullmatch(key) or len(set(key)) < _FEWEST_DIFFERENT:
            raise ValidationError([_RANDOM_KEY])


_APP_NUMBER = Words(
    ja="アドレスにある番号をそのまま書いてください(例: 12)",
    en="write the number as it stands in the address, such as 12",
)
_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(24))"'
_RANDOM_KEY = Words(
    ja=f"22文字以上のランダムな英数字・-・_にしてください。作り方: {_MAKE_ONE}",
    en=f"must be at least 22 random letters, digits, - or _: make one with {_MAKE_ONE}",
)
_WHOLE_NUMBER: dict[str, str | list[Any] | dict[Any, Any]] = {"invalid": [_APP_NUMBER]}


class KintoneSettings(Settings):
    """What the hub must know to reach one kintone app."""

    domain = fields.String(
        required=True,
        validate=_bare_host,
        metadata={
            "label": Words(ja="ドメイン", en="Domain"),
            "help": Words(
                ja="kintoneを開いたときのアドレスのうち、acme.cybozu.com のようなホスト名だけ。",
                en="The host name you see when kintone is open, such as acme.cybozu.com.",
            ),
        },
    )
    app = fields.Integer(
        required=True,
        validate=_counting_number,
        error_messages=_WHOLE_NUMBER,
        metadata={
            "label": Words(ja="アプリID", en="App number"),
            "help": Words(
                ja="顧客アプリのアドレス /k/12/ にある数字（この例では12）。",
                en="The number in the address of the customer app: 12 for /k/12/.",
            ),
        },
    )
    api_token = Secret(
        required=True,
        validate=_token,
        metadata={
            "label": Words(ja="APIトークン", en="API token"),
            "help": Words(
                ja="アプリの設定 > APIトークン で「レコード閲覧」と「レコード編集」を付けて生成し、"
                "アプリを更新してください。",
                en="App settings > APIトークン: tick レコード閲覧 and レコード編集, save, "
                "then update the app.",
            ),
        },
    )
    guest_space = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=_counting_number,
        error_messages=_WHOLE_NUMBER,
        metadata={
            "label": Words(ja="ゲストスペースID", en="Guest space number"),
            "help": Words(
                ja="アドレスに /k/guest/5/ とあるアプリだけ（この例では5）。ほかは空欄。",
                en="Only for an app in a guest space: 5 for /k/guest/5/. Leave empty otherwise.",
            ),
        },
    )
    basic_user = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": Words(ja="Basic認証のユーザー名", en="Basic authentication user"),
            "help": Words(
                ja="cybozu.com共通管理でBasic認証を使っている場合だけ。",
                en="Only where Basic authentication is switched on in the cybozu.com "
                "administration.",
            ),
        },
    )
    basic_password = Secret(
        load_default=None,
        allow_none=True,
        metadata={
            "label": Words(ja="Basic認証のパスワード", en="Basic authentication password"),
            "help": Words(
                ja="Basic認証のユーザー名と対になるパスワード。",
                en="The password that belongs to the Basic authentication user.",
            ),
        },
    )
    webhook_key = Secret(
        load_default=None,
        allow_none=True,
        validate=_hard_to_guess,
        metadata={
            "label": Words(ja="Webhookのキー", en="Webhook key"),
            "help": Words(
                ja="Webhook URLの末尾に付ける22文字以上のランダムな文字列。"
                "kintoneのWebhookには署名がないため、これだけが送信元の証明です。",
                en="At least 22 random characters that end the webhook URL. kintone signs "
                "nothing, so this is the only proof of who calls.",
            ),
        },
    )

    @validates_schema
    def _basic_in_pairs(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("basic_user")) != bool(data.get("basic_password")):
            missing = "basic_password" if data.get("basic_user") else "basic_user"
            both = Words(
                ja="ユーザー名とパスワードは両方書くか、両方とも省いてください",
                en="user and password go together: give both or neither",
            )
            raise ValidationError([both], missing)
