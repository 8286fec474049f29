import re
from pathlib import Path

from connectors import mediasms
from connectors.mediasms import answers, refusals
from connectors.mediasms.results import MEANINGS, report
from connectors.mediasms.sandbox import MediaSandbox
from connectors.mediasms.sandbox.script import script_for
from connectors.mediasms.settings import MediaSettings
from hub.plugins import provisioning
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.sdk import Receipt, ReceiptState

README = (Path(mediasms.__file__).parent / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table that has this first heading."""
    table = README.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    lines = table.splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def receipt(code: str) -> Receipt:
    return answers.receipt(answers.Answer(code=code, status=200), "x")


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_readme_names_every_setting_with_its_default():
    listed = {named(row[0])[0]: row for row in rows("name")}

    assert set(listed) == set(MediaSettings().fields)
    for name, field in MediaSettings().fields.items():
        assert (listed[name][1] == "yes") is field.required
        if isinstance(field.load_default, str | float | int) and field.load_default != "":
            assert listed[name][2] == f"{field.load_default}".removesuffix(".0").lower()


def test_the_readme_names_every_switch():
    assert {named(row[0])[0] for row in rows("switch")} == set(MediaSandbox().switches())


def test_the_readme_says_what_each_code_does():
    says = {
        "submitted": ReceiptState.ACCEPTED,
        "waits": ReceiptState.RETRY_LATER,
        "rejected": ReceiptState.REJECTED,
        "unknown": ReceiptState.UNKNOWN,
    }
    told = set()
    for codes, what in rows("code"):
        for code in named(codes):
            told.add(code)
            if what.startswith("parks"):
                assert refusals.parks(code), code
                continue
            word = next(word for word in says if what.startswith(word))
            assert receipt(code).state is says[word], code
    told |= {str(code) for code in range(650, 658)}

    other = [code for code in map(str, range(100, 1000)) if code not in told]
    assert not any(refusals.parks(code) for code in other)
    assert all(receipt(code).reason == "other" for code in other)


def test_the_readme_says_what_each_result_does():
    told = {}
    for numbers, _, what in rows("result"):
        told |= dict.fromkeys(map(int, named(numbers)), what)

    assert set(told) == set(MEANINGS)
    for number, what in told.items():
        state = report("x", "x", number).state.value
        if number != 26:
            assert what.startswith(state.replace("rejected", "undelivered")), number
        assert ("opted out" in what) is (report("x", "x", number).reason == "opted_out")
        assert ("for good" in what) is (report("x", "x", number).permanent is True)


def test_the_readme_names_the_digits_that_are_scripted_and_no_others():
    paragraph = README.split("The last four digits", 1)[1].split("\n\n", 1)[0]
    numbers = [f"{number:04d}" for number in range(100)]
    scripted = {digits for digits in numbers if script_for(f"090{digits}") != script_for("x")}

    assert set(re.findall(r"`(\d{4})`", paragraph)) == scripted


def test_the_example_for_plugins_toml_is_a_connection(tmp_path):
    example = re.search(r"```toml\n(.*?)```", README, re.S)
    file = tmp_path / "plugins.toml"
    file.write_text('[plugins]\nload = ["mediasms"]\n' + example[1], encoding="utf-8")
    environ = {"MEDIA_SMS_PASSWORD": "secret-01", "MEDIA_SMS_CALLBACK_KEY": "k" * 22}

    (connection,) = provisioning.read(file, environ).connections.values()
    checked = provisioning.check(connection, load(["mediasms"], Guard(limit=5)))

    assert (checked.settings["username"], checked.settings["long_text"]) == ("shop_api", True)


def test_the_callback_address_of_the_sandbox_is_the_readmes():
    assert f"/in/sms-main/{MediaSandbox().credentials()['callback_key']}" in README
