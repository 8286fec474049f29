# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a Zendesk connection: one account, reached as one of its admins."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from hub.sdk import Secret, SecretText, Settings, Words

PUBLIC_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - it is no secret
"""The secret Zendesk publishes for test calls: whoever reads its manual can sign with it."""

_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_MOST_SECRETS = 4


def webhook_secrets(setting: SecretText | None) -> tuple[str, ...]:
    """Give the signing secrets that count: none, or one for each webhook of the account."""
    if setting is None:
        return ()
    return tuple(secret.strip() for secret in setting.reveal().split(",") if secret.strip())


def _bare_subdomain(text: str) -> None:
    if not _SUBDOMAIN.fullmatch(text):
        raise ValidationError(
            [
                Words(
                    ja=".zendesk.com の前の部分だけを書いてください（例: acme）",
                    en="write only the part before .zendesk.com, such as acme",
                )
            ]
        )


def _credential(secret: SecretText) -> None:
    if not _HEADER_SAFE.fullmatch(secret.reveal().strip()):
        raise ValidationError(
            [
                Words(
                    ja="空白や改行を含まないようにコピーし直してください",
                    en="copy it again, without spaces or line ends",
                )
            ]
        )


def _signing_secrets(secret: SecretText) -> None:
    found = webhook_secrets(secret)
    if not 1 <= len(found) <= _MOST_SECRETS or not all(map(_HEADER_SAFE.fullmatch, found)):
        raise ValidationError(
            [
                Words(
                    ja="Webhookの署名シークレットを1つ、または4つまでカンマ区切りで書いてください",
                    en="write the webhook's signing secret, or up to four with commas between",
                )
            ]
        )


class ZendeskSettings(Settings):
    """What the hub must know to reach one Zendesk account."""

    subdomain = fields.String(
        required=True,
        validate=_bare_subdomain,
        metadata={
            "label": Words(ja="サブドメイン", en="Subdomain"),
            "help": Words(
                ja="acme.zendesk.com なら acme。",
                en="The part before .zendesk.com: acme for acme.zendesk.com.",
            ),
        },
    )
    auth = fields.String(
        load_default="oauth",
        validate=validate.OneOf(["oauth", "api_token"]),
        metadata={
            "label": Words(ja="認証方式", en="Sign-in"),
            "help": Words(
                ja="oauth（推奨）または api_token（旧方式。2027年4月30日にZendeskが停止）。",
                en="oauth, or api_token: the old way, which Zendesk ends on 30 April 2027.",
            ),
        },
    )
    client_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": Words(ja="OAuthクライアントの識別子", en="OAuth client identifier"),
            "help": Words(
                ja="管理センター > アプリおよびインテグレーション > API > "
                "OAuthクライアント の識別子。",
                en="Admin Center > Apps and integrations > APIs > OAuth clients: the identifier.",
            ),
        },
    )
    client_secret = Secret(
        load_default=None,
        allow_none=True,
        validate=_credential,
        metadata={
            "label": Words(ja="OAuthクライアントのシークレット", en="OAuth client secret"),
            "help": Words(
                ja="クライアントの作成時に一度だけ表示されるシークレット。",
                en="The secret that is shown once, when the client is made.",
            ),
        },
    )
    email = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": Words(ja="メールアドレス", en="Email address"),
            "help": Words(
                ja="api_token のときだけ: 管理者ユーザーのメールアドレス。",
                en="Only with api_token: the address of an admin.",
            ),
        },
    )
    api_token = Secret(
        load_default=None,
        allow_none=True,
        validate=_credential,
        metadata={
            "label": Words(ja="APIトークン（旧方式）", en="API token (the old way)"),
            "help": Words(
                ja="2026年10月27日以降は新規作成できず、2027年4月30日にすべて無効になります。",
                en="None can be made since 27 October 2026; all end on 30 April 2027.",
            ),
        },
    )
    webhook_secret = Secret(
        load_default=None,
        allow_none=True,
        validate=_signing_secrets,
        metadata={
            "label": Words(ja="Webhookの署名シークレット", en="Webhook signing secret"),
            "help": Words(
                ja="管理センターのWebhookの画面で「シークレットを表示」。Webhookが複数ならカンマ区切り。",
                en="Reveal secret on the webhook's page; with several webhooks, commas between.",
            ),
        },
    )

    @validates_schema
    def _credentials_complete(self, data: dict[str, Any], **_: Any) -> None:
        needed = ("client_id", "client_secret")
        if data.get("auth") == "api_token":
            needed = ("email", "api_token")
        missing = {
            key: [Words(ja="この認証方式では必須です", en="is needed for this way to sign in")]
            for key in needed
            if not data.get(key)
        }
        if missing:
            raise ValidationError(missing)

    @validates_schema
    def _no_public_secret(self, data: dict[str, Any], **_: Any) -> None:
        # With base_url the account is a sandbox on this machine: Settings refuses all others.
        if PUBLIC_SECRET in webhook_secrets(data.get("webhook_secret")) and not data.get(
            "base_url"
        ):
            known = Words(
                ja="Zendeskが公開しているテスト用シークレットです。実際のWebhookのものを設定してください",
                en="is the secret Zendesk publishes for tests; take the one of your own webhook",
            )
            raise ValidationError([known], "webhook_secret")
