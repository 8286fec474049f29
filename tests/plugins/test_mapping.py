from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import SettingsError
from hub.plugins.mapping import load_mapping, misfits
from hub.values.mapping import FieldMapping, SourceField
from hub.values.problem import Problem

WHOLE: dict[str, Any] = {
    "phone": "携帯番号",
    "name": "氏名",
    "consent": "SMS許諾",
    "consent_yes": ["許諾する"],
    "consent_at": "許諾日時",
    "consent_wording": "許諾文言",
    "opt_out": "配信停止",
    "opt_out_value": ["停止"],
    "purpose": "campaign",
    "attributes": {"store": "店舗", "来店日": "来店予約日時"},
}


def test_a_whole_mapping_is_taken_as_it_stands() -> None:
    mapping = load_mapping(WHOLE)

    assert mapping == FieldMapping(**WHOLE)
    assert "店舗" in mapping.codes()


def test_the_number_is_all_one_has_to_map() -> None:
    assert load_mapping({"phone": "Phone"}) == FieldMapping(phone="Phone")


def test_a_mapping_is_refused_in_sentences_that_name_the_key() -> None:
    with pytest.raises(SettingsError) as caught:
        load_mapping({"consent": "SMS", "nmae": "氏名"}, where="connections.crm.mapping")

    assert caught.value.words.en.splitlines() == [
        "connections.crm.mapping.phone: is missing",
        "connections.crm.mapping.nmae: there is no such setting; did you mean name?",
    ]
    assert caught.value.key == "phone"


def test_consent_without_the_labels_that_mean_yes_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"mapping\.consent_yes: is needed with consent"):
        load_mapping({"phone": "Phone", "consent": "SMS"})


def test_a_date_of_consent_without_consent_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"mapping\.consent: is needed by the settings"):
        load_mapping({"phone": "Phone", "consent_at": "Date"})


def offered(*codes: str, locked: str = "") -> list[SourceField]:
    return [
        SourceField(code=code, label=code, kind="text", writable=code != locked) for code in codes
    ]


def keys_of(problems: list[Problem]) -> list[str]:
    assert all(problem.words.ja != problem.words.en for problem in problems)
    return [problem.key for problem in problems]


def test_every_field_the_platform_does_not_offer_is_found() -> None:
    mapping = load_mapping({**WHOLE, "objects": {"Lead": {"site": "支店", "name": "会社名"}}})
    there = offered("携帯番号", "SMS許諾", "許諾日時", "許諾文言", "配信停止", "店舗", "会社名")

    assert keys_of(misfits(mapping, there, written=True)) == [
        "mapping.name",
        "mapping.attributes.来店日",
        "mapping.objects.Lead.site",
    ]
    assert misfits(mapping, offered(*mapping.codes()), written=True) == []


def test_an_opt_out_field_must_be_writable_where_opt_outs_are_written() -> None:
    mapping = load_mapping({"phone": "P", "opt_out": "O", "opt_out_value": ["x"]})
    there = offered("P", "O", locked="O")

    assert keys_of(misfits(mapping, there, written=True)) == ["mapping.opt_out"]
    assert misfits(mapping, there, written=False) == []
    # A number need not be writable.
    assert misfits(mapping, offered("P", "O", locked="P"), written=True) == []


def test_a_related_records_field_is_the_plugins_to_look_for() -> None:
    mapping = load_mapping({"phone": "P", "name": "Account.Name"})

    assert misfits(mapping, offered("P"), written=True) == []


LEAD = {"consent": "Lead_Opt_In__c", "consent_yes": ["はい"], "attributes": {"store": "Shop__c"}}


def test_an_object_may_name_single_fields_otherwise() -> None:
    mapping = load_mapping({**WHOLE, "objects": {"Lead": LEAD}}, objects=["Contact", "Lead"])
    lead = mapping.of("Lead")

    assert mapping.of("Contact").consent == "SMS許諾"
    assert "Lead_Opt_In__c" not in mapping.of("Contact").codes()
    assert (lead.phone, lead.consent, lead.consent_yes) == ("携帯番号", "Lead_Opt_In__c", ["はい"])
    assert lead.attributes == {"store": "Shop__c", "来店日": "来店予約日時"}
    assert {"SMS許諾", "Lead_Opt_In__c", "Shop__c"} <= mapping.codes()


def test_an_empty_text_says_that_an_object_has_no_such_field() -> None:
    lead = {"consent": "", "name": "", "attributes": {"store": ""}}
    mapping = load_mapping({**WHOLE, "objects": {"Lead": lead}}).of("Lead")

    assert (mapping.name, mapping.consent, mapping.consent_at) == (None, None, None)
    assert mapping.consent_yes == ()
    assert mapping.opt_out == "配信停止"
    assert set(mapping.attributes) == {"来店日"}


@pytest.mark.parametrize(
    ("objects", "sentence"),
    [
        ({"Account": {}}, r"objects\.Account: the connection does not read this object; .+: Lead"),
        ({"Lead": {"phone": ""}}, r"mapping\.objects\.Lead\.phone: is missing"),
        ({"Lead": {"fone": "x"}}, r"objects\.Lead\.fone: there is no such setting; did you mean"),
        ({"Lead": {"attributes": {"mail": "Email"}}}, r"objects\.Lead\.attributes\.mail: write"),
        ({"Lead": {"consent": "X", "consent_yes": []}}, r"objects\.Lead\.consent_yes: is needed"),
        ({"Lead": {"objects": {}}}, r"objects\.Lead\.objects: stands in the table of an object"),
        ({"Lead": "Phone"}, r"mapping\.objects\.Lead: write"),
    ],
)
def test_what_is_wrong_for_one_object_is_told_with_its_name(
    objects: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence) as caught:
        load_mapping({**WHOLE, "objects": objects}, objects=["Lead"])

    assert len(caught.value.problems) == 1


def test_a_mistake_in_the_common_table_is_told_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_mapping({"phone": "Phone", "consent": "SMS", "objects": {"Lead": {"name": "Name"}}})

    assert [problem.key for problem in caught.value.problems] == ["consent_yes"]


values = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
tables = st.dictionaries(
    st.sampled_from([*WHOLE, "objects", "other"]),
    values
    | st.lists(values, max_size=2)
    | st.dictionaries(
        st.text(max_size=3) | st.sampled_from([*WHOLE]),
        values | st.dictionaries(st.sampled_from([*WHOLE]), values, max_size=3),
        max_size=2,
    ),
    max_size=5,
)


@given(tables)
def test_any_table_becomes_a_mapping_or_sentences_in_both_languages(table: dict[str, Any]) -> None:
    try:
        mapping = load_mapping(table)
    except SettingsError as exc:
        sentences = [(problem.words.ja, problem.words.en) for problem in exc.problems]
    else:
        sentences = []
        # What decides over consent is never empty where consent is mapped.
        for each in (mapping, *mapping.objects.values()):
            assert bool(each.consent) <= bool(each.consent_yes)
            assert bool(each.opt_out) <= bool(each.opt_out_value)
    assert all(ja and en and ja != en for ja, en in sentences)
