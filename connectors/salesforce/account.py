"""Which org a connection reaches, and as which user."""

from collections.abc import Iterator
from typing import Any

from hub.sdk import Account, AuthError, ConfigError, Connection, FieldMapping, Problem, Words

from . import check, consentcode, soql
from .client import SalesforceClient
from .consentcode import INDIVIDUAL, KEY
from .fields import Shape, read_fields
from .refusals import NO_SUCH, Refusal, away, error_for
from .shapewatch import ShapeWatch
from .tasks import NEEDED


def whoami(client: SalesforceClient, connection: Connection) -> Account:
    """Sign in, name org and user, and look whether version, objects and mapping fit.

    Raises ConfigError for a version the org lacks, and SettingsError for all that does not fit at
    once: objects and mapped fields the user does not see or may not write, types, values.
    """
    org, user, name = _user(client, connection)
    _check_version(client, connection)
    shape = ShapeWatch(client, connection, lambda _: None).look()
    mapping = connection.mapping
    problems = list(check.hidden(shape))
    if mapping is not None:
        problems += check.unfit(shape, mapping)
        problems += _unreachable(client, shape, mapping, connection)
        if any(mapping.of(object_).opt_out for object_ in shape.objects):
            for object_ in shape.objects:
                problems += check.unwritable(shape, mapping, object_)
    check.refuse(problems, connection)
    company = _company(client) or str(connection.settings["domain"])
    return Account(
        id=f"{org[:15]}/{user[:15]}",
        label=f"{company} ({name})",
        usage=client.usage,
        advice=[*_row_advice(shape, mapping), *_task_advice(client, connection)],
    )


def _unreachable(
    client: SalesforceClient, shape: Shape, mapping: FieldMapping, connection: Connection
) -> Iterator[Problem]:
    """Try the fields of related records (`Account.Name`): describe does not list them."""
    for object_ in shape.objects:
        of = mapping.of(object_)
        codes = {"name": of.name, "site": of.site}
        codes |= {f"attributes.{name}": code for name, code in of.attributes.items()}
        for key, code in codes.items():
            if code is None or "." not in code or code.startswith(f"{INDIVIDUAL}."):
                continue
            rows = client.tried(soql.first(object_, code))
            if isinstance(rows, Refusal):
                if rows.code not in NO_SUCH and rows.code != "INVALID_RELATIONSHIP":
                    raise error_for(rows, connection)
                yield _no_way(mapping, object_, key, code)


def _no_way(mapping: FieldMapping, object_: str, key: str, code: str) -> Problem:
    table = f"mapping.objects.{object_}" if object_ in mapping.objects else "mapping"
    return Problem(
        key=f"{table}.{key}",
        words=Words(
            f"{object_} から {code} を読み取れません。関連先の参照権限を付けるか、"
            f"別の項目を選ぶか、mapping.objects.{object_} で空文字にしてください。",
            f"{code} cannot be read from {object_}. Give the user Read access to the related "
            f"object, choose another field, or write an empty text in mapping.objects.{object_}.",
        ),
    )


def _task_advice(client: SalesforceClient, connection: Connection) -> list[Words]:
    """Find what keeps the hub from leaving a Task: notes, and what people have to do by hand."""
    body = client.describe("Task")
    try:
        fields = read_fields(body) if body is not None else {}
    except ValueError:
        raise away(connection) from None
    missing = [name for name in NEEDED if name not in fields or not fields[name].updateable]
    if not missing:
        return []
    names = ", ".join(missing)
    return [
        Words(
            f"連携用ユーザーがToDo(Task)を作成できません(編集できない項目: {names})。"
            "権限セットでToDoの編集権限と、これらの項目の編集権限を付けてください。",
            f"The integration user cannot leave tasks (not editable: {names}). Give it Edit "
            "Tasks, and Edit access to these fields by a permission set.",
        )
    ]


def _row_advice(shape: Shape, mapping: FieldMapping | None) -> list[Words]:
    code = consentcode.named(mapping, shape.objects) if mapping else None
    if code is None or code.object in shape.keyed:
        return []
    return [
        Words(
            f"{code.object} に項目 {KEY} がないため、同時に書き込むと同じ本人の同意行が2つできる"
            "ことがあります。コネクターのmetadataフォルダーのconsent-objectsをデプロイしてください。",
            f"{code.object} has no field {KEY}, so two writers at once may leave two rows for one "
            "person. Deploy consent-objects from the connector's folder metadata.",
        )
    ]


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
