"""A connection that is not used: doctor says so, and the admin can have it used again."""

from pathlib import Path

import pytest

from hub.factory import build
from hub.values.words import Words

BARE = """
from connectors.sandbox_gateway import connection_settings, message_gateway
"""


@pytest.fixture
def bare(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The commands on a hub whose only gateway is of a plugin that offers no test."""
    folder = tmp_path / "bare"
    info = folder / "bare_sms-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "bare_sms.py").write_text(BARE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bare-sms\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[hub.plugins.v1]\nbare = bare_sms\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("SMS_KEY", "sesame")
    (tmp_path / "plugins.toml").write_text(
        '[plugins]\nload = ["bare"]\n[connections.sms]\nplugin = "bare"\n'
        'base_url = "http://localhost:1"\napi_key = { env = "SMS_KEY" }\n'
    )
    return run


def park() -> None:
    hub = build()
    hub.connections.park(hub.connections.row("sms").id, Words("認証エラー", "The key is refused."))


def state() -> str:
    return build().connections.row("sms").state


def test_doctor_calls_a_parked_gateway_without_a_test_bad_and_says_what_to_run(bare) -> None:
    assert bare("doctor").code == 0
    park()
    told = bare("doctor")
    assert told.code == 1
    assert "The key is refused." in told.out
    assert "hub connections --enable sms" in told.out


def test_what_doctor_says_to_run_has_it_used_again(bare) -> None:
    park()
    assert bare("connections", "--enable", "sms").code == 0
    assert state() == "ok"
    assert bare("doctor").code == 0


def test_one_that_is_disabled_is_shown_so_and_enabled_again(bare) -> None:
    bare("connections", "--disable", "sms")
    assert bare("connections", "--json").json[0]["enabled"] is False
    bare("connections", "--enable", "sms")
    assert bare("connections", "--json").json[0]["enabled"] is True


def test_a_connection_that_is_not_there_names_those_there_are(bare) -> None:
    told = bare("connections", "--enable", "smss")
    assert told.code == 1
    assert 'Did you mean "sms"?' in told.err
