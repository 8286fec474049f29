import re
from pathlib import Path

from connectors import http_gateway
from connectors.http_gateway.filling import OF_SMS, SETTINGS
from connectors.http_gateway.sandbox import KaradenSandbox
from connectors.http_gateway.sandbox.script import script_for
from connectors.http_gateway.schema import VendorFile
from connectors.http_gateway.settings import HttpSettings
from connectors.http_gateway.vendorfile import BUILT_IN, load
from hub.plugins import provisioning
from hub.plugins.guard import Guard
from hub.plugins.loader import load as load_plugins

README = (Path(http_gateway.__file__).parent / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table that has this first heading."""
    table = README.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    lines = table.splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_readme_names_every_setting():
    listed = {named(row[0])[0]: row for row in rows("name")}

    assert set(listed) == set(HttpSettings().fields)
    assert [name for name, row in listed.items() if row[1] == "yes"] == ["vendor"]


def test_the_readme_names_every_vendor_that_comes_with_the_hub():
    assert {named(row[0])[0] for row in rows("`vendor`")} == set(BUILT_IN)


def test_the_readme_names_every_entry_of_a_vendor_file():
    assert {named(row[0])[0] for row in rows("entry")} == set(VendorFile().fields)


def test_the_readme_names_every_place_and_every_outcome():
    for place in (*SETTINGS, *OF_SMS):
        assert f"`{{{place}}}`" in README
    outcomes = VendorFile().fields["send"].schema.fields["rules"].inner.schema.fields["outcome"]
    told = {named(row[0])[0] for row in rows("`outcome`")}
    for outcome in told:
        outcomes.validate(outcome)
    assert len(told) == 7


def test_the_readme_says_what_each_state_of_karaden_is():
    states = load("karaden").reports.states

    for row, rule in zip(rows("result"), states, strict=True):
        for told, axis in zip(row, rule.axes, strict=False):
            assert axis == "*" or told == axis
        assert row[3].startswith(rule.state.value)


def test_the_readme_names_every_switch_and_the_scripted_digits():
    assert {named(row[0])[0] for row in rows("switch")} == set(KaradenSandbox().switches())
    paragraph = README.split("The last four digits", 1)[1].split("\n\n", 1)[0]
    numbers = [f"{number:04d}" for number in range(100)]
    scripted = {digits for digits in numbers if script_for(f"090{digits}") != script_for("x")}
    assert set(re.findall(r"`(\d{4})`", paragraph)) == scripted


def test_the_example_for_plugins_toml_is_a_connection(tmp_path):
    example = re.search(r"```toml\n(\[connections.*?)```", README, re.S)
    file = tmp_path / "plugins.toml"
    file.write_text('[plugins]\nload = ["http_gateway"]\n' + example[1], encoding="utf-8")
    environ = {"KARADEN_TOKEN": "secret-01", "KARADEN_CALLBACK_KEY": "k" * 22}

    (connection,) = provisioning.read(file, environ).connections.values()
    checked = provisioning.check(connection, load_plugins(["http_gateway"], Guard(limit=5)))

    assert checked.settings["vendor"] == "karaden"


def test_the_callback_address_of_the_sandbox_is_the_readmes():
    assert f"/in/sms-main/{KaradenSandbox().credentials()['callback_key']}" in README
