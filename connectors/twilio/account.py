"""Whose account it is, and whether every credential in the settings is good."""

from typing import Any

from hub.sdk import Account, AuthError, Connection, TransientError, Words

from .client import VERSION, TwilioClient

HOME = "us1"
"""The region in which accounts live; the others know messages and keys only."""


def account(connection: Connection) -> Account:
    """Sign in with the auth token, and with the API key where there is one; nothing is sent.

    Reading the account is for the auth token alone: standard API keys may not (Twilio, "API keys").
    Raises AuthError for a refused credential and for an account that is suspended or closed.
    """
    by_token = TwilioClient(connection, with_token=True)
    sid = by_token.account_sid
    if connection.setting("region") in (None, HOME):
        told = by_token.read(f"{VERSION}/Accounts/{sid}.json")
        if told.get("sid") != sid:
            raise TransientError(
                f'Twilio answered for "{connection.label}" without an account. The hub tries '
                "again by itself.",
                f"Twilioの応答にアカウントがありません({connection.label})。自動で再試行します。",
            )
    else:
        _list_one(by_token)
        told = {}
    if connection.setting("key_secret"):
        _list_one(TwilioClient(connection))
    if told.get("status") in ("suspended", "closed"):
        raise AuthError(
            f'The Twilio account of "{connection.label}" is not active. '
            "Look at Twilio's console for why, and test again.",
            f"「{connection.label}」のTwilioアカウントは停止されています。"
            "Twilioコンソールで理由を確認し、再度テストしてください。",
        )
    name = told.get("friendly_name")
    label = name if isinstance(name, str) and name else sid
    return Account(id=sid, label=f"Twilio {label}", advice=_advice(connection, told))


def _list_one(client: TwilioClient) -> None:
    client.read(f"{client.messages}.json", {"PageSize": "1"})


def _advice(connection: Connection, told: dict[str, Any]) -> tuple[Words, ...]:
    advice = []
    if told.get("type") == "Trial":
        advice.append(
            Words(
                ja="試用アカウントのため、Twilioで確認済みの番号にしか送信できません。"
                "実運用の前にアップグレードしてください。",
                en="This is a trial account: it sends only to numbers verified at Twilio. "
                "Upgrade it before real use.",
            )
        )
    if connection.callback_url is None:
        advice.append(
            Words(
                ja="ハブに公開URLがないため、配信結果と返信が届きません。"
                "HUB_PUBLIC_URLを設定してください。",
                en="The hub has no public address, so no reports and replies come. "
                "Set HUB_PUBLIC_URL.",
            )
        )
    return tuple(advice)
