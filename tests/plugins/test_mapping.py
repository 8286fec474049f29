from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.plugins.mapping import load_mapping
from hub.plugins.problems import SettingsError
from hub.values.mapping import FieldMapping

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


values = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
tables = st.dictionaries(
    st.sampled_from([*WHOLE, "other"]),
    values
    | st.lists(values, max_size=2)
    | st.dictionaries(st.text(max_size=3), values, max_size=2),
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
        assert bool(mapping.consent) <= bool(mapping.consent_yes)
        assert bool(mapping.opt_out) <= bool(mapping.opt_out_value)
    assert all(ja and en and ja != en for ja, en in sentences)
