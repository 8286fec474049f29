"""Settings of a Salesforce connection: one org, as one integration user."""

import re
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from marshmallow import ValidationError, fields, validate, validates_schema

from hub.sdk import Secret, SecretText, Settings, Words

JWT = "jwt"
CLIENT_CREDENTIALS = "client_credentials"
OBJECTS = ("Contact", "Lead")
DEFAULT_VERSION = "66.0"
OLDEST_VERSION = 47
"""Bulk API 2.0 queries came with version 47.0."""

_SUFFIX = ".salesforce.com"
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+){0,2}\.my\.salesforce\.com")
_VERSION = re.compile(r"[1-9][0-9]\.0")
_ORGANIZATION = re.compile(r"00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?")
# 22 characters of a 64-letter alphabet hold 132 bits.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{22,200}")
_FEWEST_DIFFERENT = 8
_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(24))"'


def webhook_secrets(setting: SecretText | None) -> tuple[str, ...]:
    """Give the live webhook secrets: none, one, or a new one and an old one during a change."""
    if setting is None:
        return ()
    return tuple(text.strip() for text in setting.reveal().split(",") if text.strip())


def private_key(setting: SecretText) -> str:
    """Give the key in PEM; an environment variable may hold its line ends as backslash and n."""
    return setting.reveal().replace("\\n", "\n").strip() + "\n"


def organization(setting: str | None) -> str | None:
    """Give the 15 characters that tell one org from another; the last three only check them."""
    return setting[:15] if setting else None


def _my_domain(domain: str) -> None:
    if not _HOST.fullmatch(domain.lower()):
        raise ValidationError(
            [
                Words(
                    ja=f"「私のドメイン」のホスト名(acme.my{_SUFFIX} など)だけを書いてください。"
                    "lightning.force.com のアドレスではサインインできません",
                    en=f"write only the host name of My Domain, such as acme.my{_SUFFIX}; "
                    "an address in lightning.force.com lets nobody sign in",
                )
            ]
        )


def _pem(secret: SecretText) -> None:
    try:
        key = load_pem_private_key(private_key(secret).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise ValidationError([_RSA_KEY]) from exc
    if not isinstance(key, RSAPrivateKey):
        raise ValidationError([_RSA_KEY])


def _version(version: str) -> None:
    if not _VERSION.fullmatch(version) or int(version[:2]) < OLDEST_VERSION:
        raise ValidationError(
            [
                Words(
                    ja=f"{DEFAULT_VERSION} のように {OLDEST_VERSION}.0 以上を書いてください",
                    en=f"write {OLDEST_VERSION}.0 or above, such as {DEFAULT_VERSION}",
                )
            ]
        )


def _organization_id(text: str) -> None:
    if not _ORGANIZATION.fullmatch(text):
        raise ValidationError(
            [
                Words(
                    ja="00D で始まる15桁または18桁の組織IDを書いてください",
                    en="write the organisation's id: 15 or 18 characters that begin with 00D",
                )
            ]
        )


def _hard_to_guess(secret: SecretText) -> None:
    texts = webhook_secrets(secret)
    if not 1 <= len(texts) <= 2:
        raise ValidationError([_ONE_OR_TWO])
    for text in texts:
        if not _WEBHOOK_SECRET.fullmatch(text) or len(set(text)) < _FEWEST_DIFFERENT:
            raise ValidationError([_RANDOM])


_RSA_KEY = Words(
    ja="パスフレーズのないRSA秘密鍵をPEM形式で書いてください(-----BEGIN PRIVATE KEY----- から)",
    en="write an RSA private key in PEM, from -----BEGIN PRIVATE KEY----- on, without a passphrase",
)
_ONE_OR_TWO = Words(
    ja="シークレットを1つ、または新旧2つをカンマで区切って書いてください",
    en="write one secret, or the new and the old one with a comma between them",
)
_RANDOM = Words(
    ja=f"22文字以上のランダムな英数字・-・_にしてください。作り方: {_MAKE_ONE}",
    en=f"must be at least 22 random letters, digits, - or _: make one with {_MAKE_ONE}",
)
_NEEDED_BY_JWT = Words(ja="auth が jwt のときは必須です", en="is needed with auth = jwt")
_NEEDED_BY_CLIENT = Words(
    ja="auth が client_credentials のときは必須です",
    en="is needed with auth = client_credentials",
)


class SalesforceSettings(Settings):
    """What the hub must know to reach one org."""

    domain = fields.String(
        required=True,
        validate=_my_domain,
        metadata={
            "label": Words(ja="私のドメイン", en="My Domain"),
            "help": Words(
                ja="設定 > 私のドメイン の「現在の私のドメインのURL」にあるホスト名"
                "(acme.my.salesforce.com など)。",
                en="Setup > My Domain > Current My Domain URL, such as acme.my.salesforce.com.",
            ),
        },
    )
    auth = fields.String(
        load_default=JWT,
        validate=validate.OneOf((JWT, CLIENT_CREDENTIALS)),
        metadata={
            "label": Words(ja="認証方式", en="Sign-in"),
            "help": Words(
                ja="jwt(証明書。本番向け)または client_credentials(クライアントの秘密)。",
                en="jwt (a certificate; best for production) or client_credentials (a secret).",
            ),
        },
    )
    client_id = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata={
            "label": Words(ja="コンシューマー鍵", en="Consumer key"),
            "help": Words(
                ja="外部クライアントアプリの 設定 > OAuth設定 > コンシューマー鍵と秘密。",
                en="External Client App > Settings > OAuth Settings > Consumer Key and Secret.",
            ),
        },
    )
    client_secret = Secret(
        load_default=None,
        allow_none=True,
        metadata={
            "label": Words(ja="コンシューマーの秘密", en="Consumer secret"),
            "help": Words(
                ja="client_credentials の場合だけ。コンシューマー鍵と同じ画面にあります。",
                en="Only for client_credentials. It stands beside the consumer key.",
            ),
        },
    )
    username = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": Words(ja="ユーザー名", en="Username"),
            "help": Words(
                ja="jwt の場合だけ。連携用ユーザーのユーザー名(メールアドレスの形)。",
                en="Only for jwt. The integration user's username, which looks like an address.",
            ),
        },
    )
    private_key = Secret(
        load_default=None,
        allow_none=True,
        validate=_pem,
        metadata={
            "label": Words(ja="秘密鍵(PEM)", en="Private key (PEM)"),
            "help": Words(
                ja="jwt の場合だけ。アプリに登録した証明書と対になるRSA秘密鍵。",
                en="Only for jwt. The RSA key of the certificate you uploaded to the app.",
            ),
            "multiline": True,
        },
    )
    objects = fields.List(
        fields.String(validate=validate.OneOf(OBJECTS)),
        load_default=lambda: ["Contact"],
        validate=validate.Length(min=1),
        metadata={
            "label": Words(ja="オブジェクト", en="Objects"),
            "help": Words(
                ja="読み書きするオブジェクト: Contact(取引先責任者)、Lead(リード)。",
                en="The objects to read and write: Contact, Lead.",
            ),
        },
    )
    api_version = fields.String(
        load_default=DEFAULT_VERSION,
        validate=_version,
        metadata={
            "label": Words(ja="APIバージョン", en="API version"),
            "help": Words(
                ja="通常は変更不要です。",
                en="Leave it as it is unless Salesforce retires this version.",
            ),
        },
    )
    webhook_secret = Secret(
        load_default=None,
        allow_none=True,
        validate=_hard_to_guess,
        metadata={
            "label": Words(ja="受信用シークレット", en="Webhook secret"),
            "help": Words(
                ja="送信メッセージのエンドポイントURLの末尾、またはFlowのHMACの鍵にする22文字以上の"
                "ランダムな文字列。",
                en="At least 22 random characters: the end of the outbound message's address, "
                "or the HMAC key of a flow.",
            ),
        },
    )
    organization_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=_organization_id,
        metadata={
            "label": Words(ja="組織ID", en="Organisation id"),
            "help": Words(
                ja="設定 > 組織情報 にある 00D で始まるID。送信メッセージの受信に必要です。",
                en="Setup > Company Information; begins with 00D. Needed for outbound messages.",
            ),
        },
    )

    @validates_schema
    def _sign_in_is_whole(self, data: dict[str, Any], **_: Any) -> None:
        jwt = data.get("auth", JWT) == JWT
        needed = ("username", "private_key") if jwt else ("client_secret",)
        words = _NEEDED_BY_JWT if jwt else _NEEDED_BY_CLIENT
        missing: dict[str, list[Any]] = {key: [words] for key in needed if not data.get(key)}
        if missing:
            raise ValidationError(missing)
