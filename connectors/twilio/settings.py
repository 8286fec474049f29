"""Settings of one Twilio account."""

import re
from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from hub.sdk import Secret, SecretText, Settings, Words

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_API_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
# A number (E.164), a short code, or a name of up to eleven letters, digits and spaces, not digits
# alone (Twilio, "Alphanumeric Sender ID").
_SENDER = re.compile(r"\+[1-9][0-9]{7,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ]{0,10}")
_REGION = re.compile(r"[a-z]{2}[0-9]")
_EDGE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


def _like(pattern: re.Pattern[str], ja: str, en: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        if not pattern.fullmatch(text):
            raise ValidationError([Words(ja=ja, en=en)])

    return check


def _credential(secret: SecretText) -> None:
    if not _HEADER_SAFE.fullmatch(secret.reveal()):
        raise ValidationError(
            [
                Words(
                    ja="空白や改行を含まないようにコピーし直してください",
                    en="copy it again, without spaces or line ends",
                )
            ]
        )


class TwilioSettings(Settings):
    """Which account sends, how the hub signs in, from whom the SMS come.

    `rate` is in SMS per second, `timeout` in seconds.
    """

    account_sid = fields.String(
        required=True,
        validate=_like(
            _ACCOUNT,
            "ACで始まる34文字のAccount SIDを書いてください",
            "write the account SID: AC and 32 hexadecimal digits",
        ),
        metadata={
            "label": Words(ja="Account SID", en="Account SID"),
            "help": Words(
                ja="Twilioコンソールの Account Info にある、ACで始まる値です。",
                en="The value beginning with AC, under Account Info in Twilio's console.",
            ),
        },
    )
    auth_token = Secret(
        required=True,
        validate=_credential,
        metadata={
            "label": Words(ja="Auth Token", en="Auth token"),
            "help": Words(
                ja="Account Info の Auth Token。Twilioからの通知の署名を確かめるため必須です。",
                en="Under Account Info. Always needed: it proves that a callback is Twilio's.",
            ),
        },
    )
    other_auth_token = Secret(
        load_default=None,
        allow_none=True,
        validate=_credential,
        metadata={
            "label": Words(ja="もう一方のAuth Token", en="Other auth token"),
            "help": Words(
                ja="Auth Tokenの切り替え中だけ: もう一方のトークン。どちらの署名も受け付けます。",
                en="Only while the auth token is rotated: the other one. "
                "Signatures of both are taken.",
            ),
        },
    )
    key_sid = fields.String(
        load_default=None,
        allow_none=True,
        validate=_like(
            _API_KEY,
            "SKで始まる34文字のAPIキーのSIDを書いてください",
            "write the API key's SID: SK and 32 hexadecimal digits",
        ),
        metadata={
            "label": Words(ja="APIキーのSID", en="API key SID"),
            "help": Words(
                ja="推奨。SKで始まる値です。空欄ならAuth Tokenで送信します。",
                en="Recommended: the value beginning with SK. Without it the auth token signs in.",
            ),
        },
    )
    key_secret = Secret(
        load_default=None,
        allow_none=True,
        validate=_credential,
        metadata={
            "label": Words(ja="APIキーのシークレット", en="API key secret"),
            "help": Words(
                ja="APIキーの作成時に一度だけ表示される値です。",
                en="Shown once, when the API key is made.",
            ),
        },
    )
    sender = fields.String(
        load_default=None,
        allow_none=True,
        validate=_like(
            _SENDER,
            "+で始まる番号、ショートコード、または11文字以内の英数字名を書いてください",
            "write a number beginning with +, a short code, or a name of up to 11 letters and "
            "digits",
        ),
        metadata={
            "label": Words(ja="送信元 (From)", en="Sender (From)"),
            "help": Words(
                ja="Twilioの番号、または英数字の送信者名。英数字名には返信できません。",
                en="A number of yours at Twilio, or a sender name. Nobody can reply to a name.",
            ),
        },
    )
    messaging_service_sid = fields.String(
        load_default=None,
        allow_none=True,
        validate=_like(
            _SERVICE,
            "MGで始まる34文字のSIDを書いてください",
            "write the service's SID: MG and 32 hexadecimal digits",
        ),
        metadata={
            "label": Words(ja="Messaging ServiceのSID", en="Messaging service SID"),
            "help": Words(
                ja="送信元の代わりに使う、MGで始まる値です。どちらか一方だけを書きます。",
                en="In place of a sender: the value beginning with MG. Write one of the two.",
            ),
        },
    )
    region = fields.String(
        load_default=None,
        allow_none=True,
        validate=_like(
            _REGION,
            "us1、ie1、au1 のように書いてください",
            "write it as in us1, ie1 or au1",
        ),
        metadata={
            "label": Words(ja="リージョン", en="Region"),
            "help": Words(
                ja="個人データを処理するリージョン。空欄ならus1(米国)。認証情報はリージョンごとです。",
                en="Where Twilio processes the data: us1 (USA) if left out. "
                "Each region has credentials of its own.",
            ),
        },
    )
    edge = fields.String(
        load_default=None,
        allow_none=True,
        validate=_like(
            _EDGE,
            "tokyo、dublin、sydney のように書いてください",
            "write it as in tokyo, dublin or sydney",
        ),
        metadata={
            "label": Words(ja="エッジ", en="Edge"),
            "help": Words(
                ja="接続を受ける場所。データを処理する場所は変わりません。",
                en="Where Twilio takes the connection. It does not change where data is processed.",
            ),
        },
    )
    rate = fields.Float(
        load_default=10.0,
        validate=validate.Range(min=0, min_inclusive=False, max=10_000),
        metadata={
            "label": Words(ja="送信速度(件/秒)", en="Rate (SMS per second)"),
            "help": Words(
                ja="送信元に許された1秒あたりの件数。超えた分はTwilioの待ち行列に入ります。",
                en="What your sender is allowed. Anything faster waits in Twilio's own queue.",
            ),
        },
    )
    timeout = fields.Float(
        load_default=15.0,
        validate=validate.Range(min=0.1, max=20),
        metadata={
            "label": Words(ja="応答を待つ秒数", en="Time-out (seconds)"),
            "help": Words(
                ja="この秒数を過ぎても応答がないSMSは「不明」とし、後でTwilioに照会します。",
                en="An SMS without an answer after this long is unknown and is looked up later.",
            ),
        },
    )

    @validates_schema
    def _one_sender(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("sender")) == bool(data.get("messaging_service_sid")):
            wrong = Words(
                ja="送信元とMessaging Serviceのどちらか一方だけを書いてください",
                en="write either a sender or a messaging service, and not both",
            )
            raise ValidationError([wrong], "sender")

    @validates_schema
    def _whole_api_key(self, data: dict[str, Any], **_: Any) -> None:
        for key, other in (("key_sid", "key_secret"), ("key_secret", "key_sid")):
            if data.get(key) and not data.get(other):
                missing = Words(
                    ja="APIキーにはSIDとシークレットの両方が必要です",
                    en="an API key needs both its SID and its secret",
                )
                raise ValidationError([missing], other)
