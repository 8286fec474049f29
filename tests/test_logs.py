"""Logs: one line each, and no number in them whoever wrote it."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.logs import MaskNumbers, set_up
from hub.testing.leaks import leaked

PREFIXES = st.sampled_from(["60", "70", "80", "90"])
DIGITS = st.text("0123456789", min_size=8, max_size=8)
COUNTRY = st.sampled_from(["+81", "81", "+81 ", "0", "+81-"])
BETWEEN = st.sampled_from(["", "-", " "])


@pytest.fixture(autouse=True)
def logging_as_it_was():
    root, ours = logging.getLogger(), logging.getLogger("hub")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


def logged(message, *arguments):
    record = logging.LogRecord("lib", logging.WARNING, "lib.py", 1, message, arguments, None)
    return MaskNumbers("%(message)s").format(record)


@given(country=COUNTRY, prefix=PREFIXES, digits=DIGITS, between=BETWEEN)
def test_a_mobile_number_in_any_notation_is_masked(country, prefix, digits, between):
    number = between.join([country + prefix, digits[:4], digits[4:]])
    line = logged("could not send to %s now", number)
    assert leaked(line, [], [number]) is None
    assert line.startswith("could not send to ")
    assert line.endswith(" now")


def test_the_last_digits_are_left_for_whoever_looks_into_it():
    assert logged("rejected: 09012345678") == "rejected: ***5678"


@given(st.integers(min_value=0, max_value=10**9))
def test_ids_and_counts_are_left_as_they_are(number):
    assert logged("message %s", number) == f"message {number}"


def test_what_is_no_number_is_left_as_it_is():
    text = "run 2026-01-13T10:00:00 of 3f2a90b1 took 0.905 s, order 120901234567890"
    assert logged(text) == text


def test_a_number_in_a_traceback_is_masked(capsys):
    set_up("test")
    try:
        raise ValueError("no route to +819012345678")
    except ValueError:
        logging.getLogger("somebody").exception("it broke")
    assert "9012345678" not in capsys.readouterr().err


def test_a_line_names_the_process(capsys):
    set_up("worker sync")
    logging.getLogger("hub.contacts").warning("something")
    assert "worker sync WARNING hub.contacts: something" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "level"),
    [("", "WARNING"), ("debug", "DEBUG"), ("ERROR", "ERROR"), ("loud", "WARNING")],
)
def test_hub_log_level_says_how_much(word, level, monkeypatch):
    monkeypatch.setenv("HUB_LOG_LEVEL", word)
    set_up("test")
    assert logging.getLevelName(logging.getLogger().level) == level


def test_even_at_debug_the_store_tells_no_values(monkeypatch, capsys, tmp_path):
    from hub.store.database import Database
    from hub.store.upgrade import upgrade

    monkeypatch.setenv("HUB_LOG_LEVEL", "DEBUG")
    set_up("test")
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    upgrade(database)
    database.close()
    assert "INSERT" not in capsys.readouterr().err
