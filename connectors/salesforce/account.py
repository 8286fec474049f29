"""Which org a connection reaches, and as which user."""

from typing import Any

from hub.sdk import Account, AuthError, ConfigError, Connection

from .check import check_mapping, check_opt_out
from .client import SalesforceClient
from .refusals import Refusal, away, error_for
from .shapewatch import ShapeWatch


def whoami(client: SalesforceClient, connection: Connection) -> Account:
    """Sign in, name org and user, and look whether version, objects and mapping fit.

    Raises ConfigError for the first thing that does not fit: a version the org lacks, an object
    or a mapped field the user does not see, an opt-out field the user may not write.
    """
    org, user, name = _user(client, connection)
    _check_version(client, connection)
    usage = client.usage()
    shape = ShapeWatch(client, connection, lambda _: None).look()
    if connection.mapping is not None:
        check_mapping(shape, connection.mapping, connection)
        if connection.mapping.opt_out is not None:
            check_opt_out(shape, connection.mapping, connection)
    company = _company(client) or str(connection.settings["domain"])
    label = f"{company} ({name})"
    if usage.most:
        label += f", API {usage.used:,} / {usage.most:,}"
    return Account(id=f"{org[:15]}/{user[:15]}", label=label)


def _user(client: SalesforceClient, connection: Connection) -> tuple[str, str, str]:
    try:
        body = client.root("/services/oauth2/userinfo")
    except Refusal as refusal:
        if refusal.status in (401, 403):
            raise _no_scope(connection) from None
        raise error_for(refusal, connection) from None
    org, user = _text(body, "organization_id"), _text(body, "user_id")
    if not org or not user:
        raise away(connection)
    return org, user, _text(body, "preferred_username") or _text(body, "name") or user


def _check_version(client: SalesforceClient, connection: Connection) -> None:
    try:
        body = client.root("/services/data")
    except Refusal as refusal:
        raise error_for(refusal, connection) from None
    if not isinstance(body, list):
        raise away(connection)
    version = connection.settings["api_version"]
    if version not in {_text(each, "version") for each in body}:
        where = f"connections.{connection.name}.api_version: "
        raise ConfigError(
            "api_version",
            where + "this org has no such API version. Write 66.0, or the newest the org has.",
            where
            + "この組織にこのAPIバージョンはありません。66.0または組織の最新版を書いてください。",
        )


def _company(client: SalesforceClient) -> str:
    rows = client.tried("SELECT Name FROM Organization LIMIT 1")
    # Only the label is missing: some users may not see the organisation's own record.
    return "" if isinstance(rows, Refusal) or not rows else _text(rows[0], "Name")


def _no_scope(connection: Connection) -> AuthError:
    where = f"connections.{connection.name}.client_id: "
    return AuthError(
        where + "the token does not let the hub ask who it is. Give the External Client App the "
        "OAuth scopes “Manage user data via APIs (api)” and “Access unique user identifiers "
        "(openid)”.",
        where + "トークンでユーザー情報を取得できません。外部クライアントアプリのOAuth範囲に"
        "「APIを使用してユーザーデータを管理(api)」と「一意のユーザー識別子にアクセス(openid)」を"
        "追加してください。",
    )


def _text(body: Any, key: str) -> str:
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""
