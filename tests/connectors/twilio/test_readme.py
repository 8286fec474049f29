import re
from pathlib import Path

import pytest

from connectors import twilio
from connectors.twilio.order import RETRIES
from connectors.twilio.sandbox import TwilioSandbox
from connectors.twilio.sandbox.script import script_for
from connectors.twilio.settings import TwilioSettings

README = (Path(twilio.__file__).parent / "README.md").read_text(encoding="utf-8")
HEADINGS = [
    "What it does",
    "Before you start",
    "Settings",
    "What it reads and writes",
    "Known limits",
    "When it fails",
    "How to remove it",
]


def column(heading: str) -> list[str]:
    """The first column of the table that has this heading, without back-ticks."""
    table = README.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"(?m)^\| `([^`]+)` \|", table)


def test_the_readme_has_the_headings_an_admin_looks_for():
    assert re.findall(r"(?m)^## (.+)$", README) == HEADINGS


def test_the_readme_names_every_setting():
    assert set(column("name")) == set(TwilioSettings().fields)


def test_the_readme_names_every_switch():
    assert set(column("switch")) == set(TwilioSandbox().switches())


def test_the_readme_writes_the_address_as_the_signature_takes_it():
    assert f"/in/sms-twilio/{RETRIES}\n" in README


@pytest.mark.parametrize("digits", [f"{number:04d}" for number in range(100)])
def test_the_readme_names_the_digits_that_are_scripted_and_no_others(digits):
    scripted = script_for(f"+81901234{digits}") != script_for("+819012345678")

    assert scripted == (digits in column("digits"))
