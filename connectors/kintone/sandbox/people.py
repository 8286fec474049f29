"""The apps of the sandbox, filled from the shared roster.

| id | app | holds |
|---|---|---|
| 1 | 顧客管理 | all people, with consent and opt-out fields |
| 2 | 予約 | a booking for every tenth of them |
| 3 | 会員 (guest space 7) | the first twenty people, the same fields as app 1 |
"""

from datetime import UTC, datetime
from typing import Any

from connectors.kintone.sandbox.domain import ADMINISTRATOR, App
from connectors.kintone.sandbox.fields import Field, Form
from connectors.kintone.sandbox.moments import to_text
from connectors.kintone.sandbox.records import Records, Stamp
from hub.testing import roster
from hub.testing.roster import Verdict

CUSTOMERS, BOOKINGS, MEMBERS = 1, 2, 3
GUEST_SPACE = 7
YES, STOPPED = "許諾する", "停止"
STORES = ("東京", "大阪", "名古屋", "福岡", "札幌")

# The roster was imported in one go, on the day its last consent was given.
_IMPORTED = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_STAMP = Stamp(created=_IMPORTED, updated=_IMPORTED, creator=ADMINISTRATOR, modifier=ADMINISTRATOR)
_MENUS = ("カット", "カラー", "パーマ")
_STATES = ("予約", "来店済", "取消")


def apps(people: int) -> list[App]:
    """The three apps, new and untouched."""
    bookings = max(1, people // 10)
    return [
        _app(CUSTOMERS, "顧客管理", customer_form(), Records(people, customer, _STAMP)),
        _app(BOOKINGS, "予約", booking_form(), Records(bookings, booking, _STAMP)),
        _app(
            MEMBERS,
            "会員",
            customer_form(),
            Records(min(people, 20), customer, _STAMP),
            guest_space=GUEST_SPACE,
        ),
    ]


def customer_form() -> Form:
    """The form of 顧客管理: consent box without a default, evidence fields, opt-out box."""
    visits = {
        "来店日": Field(code="来店日", type="DATE"),
        "内容": Field(code="内容", type="SINGLE_LINE_TEXT"),
    }
    return Form(
        [
            *_system_fields(),
            Field(code="顧客コード", type="SINGLE_LINE_TEXT", unique=True, max_length=20),
            Field(code="氏名", type="SINGLE_LINE_TEXT", max_length=100),
            Field(code="フリガナ", type="SINGLE_LINE_TEXT"),
            Field(code="携帯番号", type="LINK", protocol="CALL"),
            Field(code="メール", type="LINK", protocol="MAIL"),
            Field(code="店舗", type="DROP_DOWN", options=_options(*STORES)),
            Field(
                code="会員区分",
                type="RADIO_BUTTON",
                options=_options("一般", "プレミアム"),
                default="一般",
            ),
            Field(code="SMS許諾", type="CHECK_BOX", options=_options(YES)),
            Field(code="許諾日時", type="DATETIME"),
            Field(code="許諾の取得方法", type="SINGLE_LINE_TEXT"),
            Field(code="許諾文言", type="SINGLE_LINE_TEXT"),
            Field(code="許諾期限", type="DATE"),
            Field(code="配信停止", type="CHECK_BOX", options=_options(STOPPED)),
            Field(code="配信停止日時", type="DATETIME"),
            Field(code="停止の経路", type="SINGLE_LINE_TEXT"),
            Field(code="来店予約日時", type="DATETIME"),
            Field(code="最終送信日時", type="DATETIME"),
            Field(code="来店回数", type="NUMBER"),
            Field(code="担当部署", type="SINGLE_LINE_TEXT"),
            Field(code="担当者", type="USER_SELECT"),
            Field(code="メモ", type="MULTI_LINE_TEXT"),
            Field(code="来店履歴", type="SUBTABLE", inner=visits),
        ]
    )


def booking_form() -> Form:
    """The form of 予約."""
    return Form(
        [
            *_system_fields(),
            Field(code="予約番号", type="SINGLE_LINE_TEXT", unique=True, required=True),
            Field(code="顧客コード", type="SINGLE_LINE_TEXT"),
            Field(code="氏名", type="SINGLE_LINE_TEXT"),
            Field(code="携帯番号", type="LINK", protocol="CALL"),
            Field(code="来店日時", type="DATETIME", required=True),
            Field(code="店舗", type="DROP_DOWN", options=_options(*STORES)),
            Field(code="メニュー", type="DROP_DOWN", options=_options(*_MENUS)),
            Field(code="状態", type="DROP_DOWN", options=_options(*_STATES), default="予約"),
            Field(code="配信停止", type="CHECK_BOX", options=_options(STOPPED)),
        ]
    )


def customer(number: int) -> dict[str, Any]:
    """The values of a record of 顧客管理 that nobody has touched."""
    person = roster.person(number)
    ticked = person.verdict is not Verdict.NOT_CONSENTED
    stopped = person.withdrawn_at
    return {
        "顧客コード": person.customer_code,
        "氏名": person.name,
        "フリガナ": person.kana,
        "携帯番号": person.typed,
        "メール": person.email,
        "店舗": person.store,
        "会員区分": "プレミアム" if number % 4 == 0 else "一般",
        "SMS許諾": [YES] if ticked else [],
        "許諾日時": to_text(person.consented_at) if person.consented_at else "",
        "許諾の取得方法": person.consent_source,
        "許諾文言": person.wording,
        "許諾期限": person.consent_until.isoformat() if person.consent_until else None,
        "配信停止": [STOPPED] if stopped else [],
        "配信停止日時": to_text(stopped) if stopped else "",
        "停止の経路": "電話" if stopped else "",
        "来店予約日時": to_text(person.visit_at) if number % 2 else "",
        "来店回数": str(number % 12),
        "来店履歴": [_visit(number)] if number % 5 == 0 else [],
    }


def booking(number: int) -> dict[str, Any]:
    """The values of a record of 予約 that nobody has touched."""
    person = roster.person(number)
    return {
        "予約番号": f"B{number:06d}",
        "顧客コード": person.customer_code,
        "氏名": person.name,
        "携帯番号": person.typed,
        "来店日時": to_text(person.visit_at),
        "店舗": person.store,
        "メニュー": _MENUS[number % len(_MENUS)],
        "状態": _STATES[0],
    }


def _visit(number: int) -> dict[str, Any]:
    cells = {"来店日": f"2025-{1 + number % 12:02d}-15", "内容": _MENUS[number % len(_MENUS)]}
    return {"id": str(number), "value": cells}


def _system_fields() -> list[Field]:
    return [
        Field(code="レコード番号", type="RECORD_NUMBER"),
        Field(code="作成日時", type="CREATED_TIME"),
        Field(code="更新日時", type="UPDATED_TIME"),
        Field(code="作成者", type="CREATOR"),
        Field(code="更新者", type="MODIFIER"),
    ]


def _options(*labels: str) -> dict[str, str]:
    return {label: label for label in labels}


def _app(
    number: int, name: str, form: Form, records: Records, guest_space: int | None = None
) -> App:
    return App(
        id=number,
        name=name,
        form=form,
        records=records,
        created=_IMPORTED,
        guest_space=guest_space,
    )
