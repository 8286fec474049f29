import pytest

from hub.consent.reasons import REASONS
from hub.consent.ways import WORDS, Way, way_of


@pytest.mark.parametrize("reason", sorted({*REASONS, "erased"}))
def test_every_reason_of_the_gate_has_a_lawful_way(reason):
    assert way_of(reason, "consented") in WORDS


@pytest.mark.parametrize(
    "reason", ["withdrawn", "refused", "suppressed_all", "suppressed_promotional"]
)
def test_nobody_asks_a_person_who_said_no(reason):
    assert way_of(reason, "consented") is Way.PERSON


def test_a_date_nobody_knows_needs_a_declaration_and_a_missing_wording_can_be_added():
    assert way_of("strength_below_policy", "undated") is Way.DECLARE
    assert way_of("strength_below_policy", "unproven") is Way.COMPLETE


def test_a_changed_number_is_asked_on_a_form_or_on_paper_never_by_sms():
    words = WORDS[way_of("number_changed", "number_changed")]
    assert "SMSで尋ねることはできません" in words.ja
    assert "never by SMS" in words.en


def test_every_way_is_told_in_both_languages():
    assert set(WORDS) == set(Way)
    assert all(words.ja and words.en for words in WORDS.values())
