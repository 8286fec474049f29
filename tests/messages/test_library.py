import pytest

from hub.messages import library
from hub.sdk import ConfigError

from .house import BODY, SENDER


def publish(house, **changes):
    about = {
        "key": "sale",
        "label": "セール",
        "purpose_key": "campaign",
        "body": BODY,
        "actor": "test",
        "sender": SENDER,
        "known": ["store"],
        "now": house.clock(),
    }
    with house.db.write() as tx:
        return library.publish(tx, **{**about, **changes})


def test_a_new_text_is_a_new_version_and_the_same_text_is_none(make_house):
    house = make_house(0)
    assert publish(house).version == 1
    assert publish(house, body=BODY + "!").version == 2
    assert publish(house, body=BODY + "!").version == 2


def test_advertising_without_what_the_law_wants_shown_is_refused(make_house):
    house = make_house(0)
    with pytest.raises(ConfigError) as told:
        publish(house, body="セールのお知らせ")
    for code in ("missing_official_name", "missing_optout_url", "missing_optout_statement"):
        assert code in str(told.value)


def test_a_notice_of_service_needs_none_of_that(make_house):
    house = make_house(0, message_class="transactional", body="ご予約は明日です")
    assert publish(house, key="notice", body="ご来店ください").version == 1


@pytest.mark.parametrize(
    ("changes", "about"), [({"key": "Sale!"}, "key"), ({"purpose_key": "none"}, "purpose")]
)
def test_a_template_that_cannot_be_is_refused_by_what_is_wrong(make_house, changes, about):
    house = make_house(0)
    with pytest.raises(ConfigError) as told:
        publish(house, **changes)
    assert told.value.key == about


def test_a_template_that_is_not_there_is_told_with_those_that_are(make_house):
    house = make_house(0)
    with house.db.read() as tx, pytest.raises(ConfigError, match="There are: sale"):
        library.find(tx, "sail")
