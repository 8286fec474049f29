"""Which fields can be mapped, and when a mapping fits no more."""

from typing import Any

import pytest

from connectors.kintone.contacts import KintoneContacts
from connectors.kintone.fields import check_mapping, check_opt_out, read_form, source_fields
from connectors.kintone.sandbox import KintoneSandbox
from hub.sdk import ConfigError, Connection, FieldMapping, SourceField

MAPPING: dict[str, Any] = {
    "phone": "携帯番号",
    "name": "氏名",
    "consent": "SMS許諾",
    "consent_yes": ["許諾する"],
    "consent_at": "許諾日時",
    "opt_out": "配信停止",
    "opt_out_value": ["停止"],
    "attributes": {"store": "店舗"},
}


def options(*labels: str) -> dict[str, Any]:
    # Listed backwards, because only `index` gives the order.
    return {label: {"label": label, "index": str(i)} for i, label in reversed([*enumerate(labels)])}


def definition() -> dict[str, Any]:
    properties = {
        "更新日時": {"type": "UPDATED_TIME"},
        "作成日時": {"type": "CREATED_TIME"},
        "携帯番号": {"type": "LINK", "protocol": "CALL", "label": "携帯"},
        "サイト": {"type": "LINK", "protocol": "WEB"},
        "氏名": {"type": "SINGLE_LINE_TEXT", "required": True},
        "会社": {
            "type": "SINGLE_LINE_TEXT",
            "lookup": {"fieldMappings": [{"field": "住所", "relatedField": "住所"}]},
        },
        "住所": {"type": "SINGLE_LINE_TEXT"},
        "計算": {"type": "SINGLE_LINE_TEXT", "expression": "氏名"},
        "SMS許諾": {
            "type": "CHECK_BOX",
            "options": options("許諾する"),
            "defaultValue": ["許諾する"],
        },
        "許諾日時": {"type": "DATETIME"},
        "配信停止": {
            "type": "RADIO_BUTTON",
            "options": options("受信", "停止"),
            "defaultValue": "受信",
        },
        "店舗": {"type": "DROP_DOWN", "options": options("東京", "大阪"), "defaultValue": ""},
        "表": {"type": "SUBTABLE", "fields": {}},
    }
    return {"properties": properties, "revision": "7"}


def offered() -> dict[str, SourceField]:
    return {field.code: field for field in source_fields(read_form(definition()))}


def complaint(**changes: Any) -> ConfigError:
    connection = Connection(name="crm", plugin="kintone", label="顧客", settings={})
    with pytest.raises(ConfigError) as caught:
        check_mapping(read_form(definition()), FieldMapping(**MAPPING | changes), connection)
    return caught.value


def test_a_link_of_the_protocol_call_is_a_phone_number() -> None:
    assert offered()["携帯番号"].kind == "phone"
    assert offered()["サイト"].kind == "text"


def test_options_come_in_the_order_of_the_form_and_ticked_ones_are_named() -> None:
    assert offered()["配信停止"].options == ("受信", "停止")
    assert offered()["SMS許諾"].preticked == ("許諾する",)
    assert offered()["店舗"].preticked == ()


def test_what_kintone_fills_itself_cannot_be_written() -> None:
    unwritable = {code for code, field in offered().items() if not field.writable}
    assert unwritable == {"更新日時", "作成日時", "住所", "計算"}


def test_tables_are_not_offered() -> None:
    assert "表" not in offered()


def test_the_updated_time_is_found_under_any_name() -> None:
    body = definition()
    body["properties"]["Updated_datetime"] = body["properties"].pop("更新日時")
    assert read_form(body).updated_time == "Updated_datetime"


@pytest.mark.parametrize("body", [{}, {"properties": []}, {"properties": {"a": 1}}])
def test_what_is_no_form_is_not_read_as_one(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no form definition"):
        read_form(body)


@pytest.mark.parametrize(
    "key", ["phone", "name", "consent", "consent_at", "consent_until", "consent_wording", "opt_out"]
)
def test_a_mapped_field_that_is_gone_is_named_by_its_key(key: str) -> None:
    error = complaint(**{key: "昔の項目"})
    assert error.key == f"mapping.{key}"
    assert f"connections.crm.mapping.{key}: " in error.words.en
    assert "フィールドコード" in error.words.ja


def test_a_missing_attribute_is_named_too() -> None:
    assert complaint(attributes={"store": "昔の店舗"}).key == "mapping.attributes.store"


def test_a_renamed_option_is_an_error_of_the_consent_field_and_no_withdrawal() -> None:
    error = complaint(consent_yes=["許諾する", "同意する"])
    assert error.key == "mapping.consent"
    assert "renamed or removed" in error.words.en
    assert complaint(opt_out_value=["配信停止"]).key == "mapping.opt_out"


def test_consent_without_a_label_that_means_yes_is_refused() -> None:
    assert complaint(consent_yes=[]).key == "mapping.consent_yes"


def test_the_updated_time_is_no_date_of_consent() -> None:
    assert complaint(consent_at="更新日時").key == "mapping.consent_at"


def test_an_opt_out_needs_a_field_that_can_be_written() -> None:
    connection = Connection(name="crm", plugin="kintone", label="顧客", settings={})
    form = read_form(definition())
    for mapping, key in [
        (FieldMapping(phone="携帯番号"), "mapping.opt_out"),
        (FieldMapping(phone="携帯番号", opt_out="計算", opt_out_value=["停止"]), "mapping.opt_out"),
        (FieldMapping(**MAPPING, opt_out_at="作成日時"), "mapping.opt_out_at"),
    ]:
        with pytest.raises(ConfigError) as caught:
            check_opt_out(form, mapping, connection)
        assert caught.value.key == key


def test_fields_are_given_even_while_the_mapping_does_not_fit(
    kintone: KintoneSandbox, connect: Any
) -> None:
    source = KintoneContacts(connect({"phone": "昔の番号"}))
    assert {"携帯番号", "SMS許諾", "配信停止"} <= {field.code for field in source.fields()}
