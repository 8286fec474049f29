import pytest
from marshmallow import ValidationError

from connectors.sandbox_gateway.settings import SandboxGatewaySettings

KEY = {"api_key": "sesame"}


def test_address_and_key_are_enough():
    settings = SandboxGatewaySettings().load({"base_url": "http://localhost:8010"} | KEY)

    assert (settings["rate"], settings["burst"], settings["timeout"]) == (50.0, 50, 10.0)


@pytest.mark.parametrize(
    "url",
    ["http://sms.example", "https://localhost:8010", "localhost:8010", "http://10.0.0.1", ""],
)
def test_only_a_sandbox_on_this_machine_can_be_named(url):
    with pytest.raises(ValidationError) as refused:
        SandboxGatewaySettings().load({"base_url": url} | KEY)

    assert "on this machine" in str(refused.value.messages["base_url"])


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"burst": 0}, {"timeout": 0}, {"rate": -1}])
def test_nothing_can_be_set_so_low_that_no_sms_ever_leaves(wrong):
    with pytest.raises(ValidationError) as refused:
        SandboxGatewaySettings().load({"base_url": "http://localhost:1"} | KEY | wrong)

    assert list(refused.value.messages) == list(wrong)


def test_the_key_does_not_show_in_the_settings():
    settings = SandboxGatewaySettings().load({"base_url": "http://localhost:8010"} | KEY)

    assert "sesame" not in repr(settings)


def test_each_setting_has_a_label_and_a_help_sentence_in_both_languages():
    for setting in SandboxGatewaySettings().fields.values():
        assert setting.metadata["label"].ja
        assert setting.metadata["help"].en.endswith(".")
