"""What the environment says, checked."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import read_config
from hub.errors import ConfigError
from hub.variables import VARIABLES


def test_without_any_variable_one_machine_is_enough():
    config = read_config({})
    assert config.database_url == "sqlite:///var/hub.sqlite3"
    assert config.redis_url is None
    assert config.keys is None
    assert config.key_file == Path("var/hub.keys")
    assert (config.host, config.port) == ("127.0.0.1", 8000)
    assert config.link_url == config.public_url == "http://localhost:8000"
    assert config.language == "ja"
    assert config.min_strength == 3


def test_the_store_and_the_keys_lie_in_the_data_folder():
    config = read_config({"HUB_DATA_DIR": "/srv/hub"})
    assert config.database_url == "sqlite:////srv/hub/hub.sqlite3"
    assert config.key_file == Path("/srv/hub/hub.keys")


def test_an_empty_variable_counts_as_not_set():
    assert read_config({each.name: " " for each in VARIABLES}) == read_config({})


def test_short_links_may_have_an_address_of_their_own():
    config = read_config({"HUB_PUBLIC_URL": "https://a.jp/", "HUB_LINK_URL": "https://b.jp/"})
    assert (config.public_url, config.link_url) == ("https://a.jp", "https://b.jp")
    assert read_config({"HUB_PUBLIC_URL": "https://a.jp"}).link_url == "https://a.jp"


def test_quiet_hours_are_a_span_or_off():
    hours = read_config({}).quiet_hours
    assert hours is not None
    assert (hours.start, hours.end) == (time(20), time(9))
    assert read_config({"HUB_QUIET_HOURS": "off"}).quiet_hours is None
    lunch = read_config({"HUB_QUIET_HOURS": "12:00 - 13:30"}).quiet_hours
    assert lunch is not None
    assert (lunch.start, lunch.end) == (time(12), time(13, 30))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_PORT", "eighty"),
        ("HUB_PORT", "65536"),
        ("HUB_PORT", "-1"),
        ("HUB_PROXY_HOPS", "11"),
        ("HUB_MIN_STRENGTH", "0"),
        ("HUB_MIN_STRENGTH", "6"),
        ("HUB_PUBLIC_URL", "sms.example.jp"),
        ("HUB_PUBLIC_URL", "https://"),
        ("HUB_LINK_URL", "ftp://a.jp"),
        ("HUB_LANGUAGE", "fr"),
        ("HUB_QUIET_HOURS", "20:00"),
        ("HUB_QUIET_HOURS", "25:00-09:00"),
        ("HUB_KEEP_BODIES_DAYS", "soon"),
        ("HUB_KEEP_REPLIES_DAYS", "-1"),
        ("HUB_KEEP_CONTACTS_DAYS", "never"),
        ("HUB_KEEP_EVIDENCE_YEARS", "off"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable_and_never_repeated(name, value):
    with pytest.raises(ConfigError) as told:
        read_config({name: value})
    assert told.value.key == name
    for sentence in (told.value.words.en, told.value.words.ja):
        assert sentence.startswith(f"{name}: ")
        assert value not in sentence.replace("https://sms.example.jp", "").replace(
            "20:00-09:00", ""
        )


@given(st.text(max_size=12))
def test_any_text_is_a_port_or_a_configuration_error(text):
    try:
        port = read_config({"HUB_PORT": text}).port
    except ConfigError:
        return
    assert port == (int(text) if text.strip() else 8000)
    assert 0 <= port <= 65535


def test_secrets_are_kept_out_of_repr():
    secrets = {
        "HUB_DATABASE_URL": "postgresql://hub:open-sesame@db/hub",
        "HUB_REDIS_URL": "redis://:open-sesame@broker",
        "HUB_KEYS": "data 1 open-sesame",
    }
    assert "open-sesame" not in repr(read_config(secrets))
    marked = {each.name for each in VARIABLES if each.secret}
    assert marked == set(secrets)


def test_every_variable_is_explained_in_both_languages():
    for each in VARIABLES:
        assert each.meaning.ja
        assert each.meaning.en
        assert each.meaning.ja != each.meaning.en


def test_quiet_days_are_some_of_three_kinds_or_off():
    assert read_config({}).quiet_days == frozenset()
    days = read_config({"HUB_QUIET_DAYS": "sundays, holidays"}).quiet_days
    assert days == {"sundays", "holidays"}
    with pytest.raises(ConfigError, match="HUB_QUIET_DAYS"):
        read_config({"HUB_QUIET_DAYS": "mondays"})


def test_caps_say_how_many_in_how_long():
    assert read_config({}).frequency_caps == ()
    caps = read_config({"HUB_FREQUENCY_CAPS": "2/1d, 5/7d 1/12h"}).frequency_caps
    assert [(cap.count, cap.span / timedelta(hours=1)) for cap in caps] == [
        (2, 24),
        (5, 168),
        (1, 12),
    ]


@pytest.mark.parametrize("caps", ["2", "0/1d", "2/0d", "2/1w", "2/1d;x", "-1/1d", "2/1d 5"])
def test_caps_that_say_something_else_are_refused(caps):
    with pytest.raises(ConfigError, match="HUB_FREQUENCY_CAPS"):
        read_config({"HUB_FREQUENCY_CAPS": caps})


def test_a_silent_number_is_given_a_year_unless_told_otherwise():
    assert read_config({}).number_silent_months == 12
    assert read_config({"HUB_NUMBER_SILENT_MONTHS": "0"}).number_silent_months == 0
    with pytest.raises(ConfigError, match="HUB_NUMBER_SILENT_MONTHS"):
        read_config({"HUB_NUMBER_SILENT_MONTHS": "1.5"})


def test_stop_is_not_to_be_taken_out_of_the_stop_words():
    with pytest.raises(ConfigError, match="only cancel and end can be taken out"):
        read_config({"HUB_STOP_WORDS_WITHOUT": "stop"})
    config = read_config({"HUB_STOP_WORDS_WITHOUT": "END", "HUB_STOP_WORDS": "キャンセル、やめる"})
    assert config.stop_words_without == {"end"}
    assert config.stop_words == ("キャンセル", "やめる")
