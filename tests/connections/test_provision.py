"""Bringing the connections of plugins.toml into the store, at each start."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.errors import ConfigError
from hub.store import connections as queries
from hub.store.connections import set_enabled
from hub.values.words import Words

from .conftest import GATEWAY, kintone


def states(hub) -> dict[str, tuple[str, bool]]:
    return {row.name: (row.state, row.enabled) for row in hub.connections.rows()}


def test_a_connection_of_the_file_is_made_once_and_keeps_its_id(start_anywhere):
    first = start_anywhere(GATEWAY).connections.row("sms")
    second = start_anywhere(GATEWAY).connections.row("sms")
    assert (first.state, first.enabled, first.origin) == ("ok", True, "provisioned")
    assert second.id == first.id
    assert second.settings_enc is None


def test_a_process_that_starts_while_another_brings_it_in_finds_it(start_anywhere):
    first = start_anywhere()
    with ThreadPoolExecutor(1) as pool:
        with first.database.write() as tx:
            queries.hold(tx)
            made = queries.put(
                tx,
                name="sms",
                plugin="sandbox_gateway",
                label="SMS",
                site_id=None,
                origin="provisioned",
                mapping=None,
                settings_enc=None,
                now=first.clock(),
            )
            second = pool.submit(start_anywhere, GATEWAY)
            with pytest.raises(TimeoutError):
                second.result(1.5)
        assert second.result(30).connections.row("sms").id == made


def test_what_the_file_changes_is_changed(start):
    before = start(GATEWAY).connections.row("sms")
    after = start(GATEWAY.replace('label = "SMS"', 'label = "速達"')).connections.row("sms")
    assert (after.id, after.label) == (before.id, "速達")


def test_its_site_is_made_with_it(start_anywhere, crm):
    text = kintone(crm).replace('label = "顧客アプリ"', 'label = "顧客アプリ"\nsite = "tokyo"')
    hub = start_anywhere(text)
    site = hub.connections.row("crm").site_id
    assert site is not None
    assert start_anywhere(text).connections.row("crm").site_id == site


def test_a_wrong_one_is_broken_with_a_sentence_and_the_others_work(start, crm):
    hub = start(GATEWAY + kintone(crm).replace("domain =", "domian ="))
    assert states(hub) == {"crm": ("broken", True), "sms": ("ok", True)}
    row = hub.connections.row("crm")
    assert "did you mean domain" in row.reason.en
    assert row.reason.ja
    with pytest.raises(ConfigError, match="domain"):
        hub.connections.source(row.id)


def test_a_missing_secret_names_the_variable(start, crm):
    hub = start(kintone(crm).replace("CRM_TOKEN", "CRM_TOKEN_OF_TOKYO"))
    assert "CRM_TOKEN_OF_TOKYO is not set" in hub.connections.row("crm").reason.en


def test_one_that_was_mended_works_again(start, crm):
    start(kintone(crm).replace("app = 1", 'app = "one"'))
    hub = start(kintone(crm))
    assert states(hub) == {"crm": ("ok", True)}
    assert hub.connections.row("crm").reason == Words("", "")


def test_one_the_file_no_longer_names_stays_and_comes_back_with_it(start_anywhere, crm):
    kept = start_anywhere(GATEWAY + kintone(crm)).connections.row("crm")
    gone = start_anywhere(GATEWAY)
    assert states(gone) == {"crm": ("unnamed", True), "sms": ("ok", True)}
    assert 'does not name the connection "crm" any more' in gone.connections.row("crm").reason.en
    with pytest.raises(ConfigError, match='does not name the connection "crm" any more'):
        gone.connections.open(gone.connections.row("crm"))
    back = start_anywhere(GATEWAY + kintone(crm))
    assert states(back)["crm"] == ("ok", True)
    assert back.connections.row("crm").id == kept.id


def test_a_parked_one_stays_parked_over_a_start(start):
    hub = start(GATEWAY)
    hub.connections.park(hub.connections.row("sms").id, Words("認証エラー", "refused"))
    assert states(start(GATEWAY)) == {"sms": ("parked", True)}


def test_a_parked_one_is_tried_again_once_its_settings_are_others(start):
    hub = start(GATEWAY)
    hub.connections.park(hub.connections.row("sms").id, Words("認証エラー", "refused"))
    assert states(start(GATEWAY + "rate = 7\n")) == {"sms": ("ok", True)}


def test_a_command_in_a_shell_without_the_secret_breaks_nothing_for_the_others(start):
    running = start(GATEWAY)
    beside = start(GATEWAY, SMS_KEY="")
    assert states(beside) == {"sms": ("broken", True)}
    assert "the variable SMS_KEY is empty" in beside.connections.row("sms").reason.en
    assert states(running) == {"sms": ("ok", True)}


def test_a_command_with_another_plugins_file_breaks_nothing_for_the_others(start):
    running = start(GATEWAY)
    beside = start()
    assert states(beside) == {"sms": ("unnamed", True)}
    assert states(running) == {"sms": ("ok", True)}


def test_one_an_admin_disabled_stays_disabled_through_a_broken_start(start):
    hub = start(GATEWAY)
    with hub.database.write() as tx:
        set_enabled(tx, hub.connections.row("sms").id, False)
    assert states(start(GATEWAY + "no_such_setting = 1\n")) == {"sms": ("broken", False)}
    assert states(start(GATEWAY)) == {"sms": ("ok", False)}


def test_a_plugin_that_is_not_loaded_breaks_its_connections_alone(start):
    hub = start(GATEWAY + '[connections.desk]\nplugin = "zendesk"\nlabel = "窓口"\n')
    assert states(hub) == {"desk": ("broken", True), "sms": ("ok", True)}
    assert "zendesk" in hub.connections.row("desk").reason.en
