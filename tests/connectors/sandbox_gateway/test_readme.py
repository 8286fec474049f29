import re
from pathlib import Path

import pytest

from connectors import sandbox_gateway
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from connectors.sandbox_gateway.sandbox.script import script_for
from connectors.sandbox_gateway.settings import SandboxGatewaySettings

README = (Path(sandbox_gateway.__file__).parent / "README.md").read_text(encoding="utf-8")


def column(heading: str) -> list[str]:
    """The first column of the table that has this heading, without back-ticks."""
    table = README.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"(?m)^\| `([^`]+)` \|", table)


def test_the_readme_names_every_setting():
    assert set(column("name")) == set(SandboxGatewaySettings().fields)


def test_the_readme_names_every_switch():
    assert set(column("switch")) == set(PhoneSandbox().switches())


@pytest.mark.parametrize("digits", [f"{number:04d}" for number in range(100)])
def test_the_readme_names_the_digits_that_are_scripted_and_no_others(digits):
    scripted = script_for(f"+81901234{digits}") != script_for("+819012345678")

    assert scripted == (digits in column("digits"))
