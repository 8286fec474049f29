"""The directory of connections: who is there, in what state, and what each may be asked."""

from datetime import UTC, datetime

import pytest

from hub.errors import AuthError, ConfigError, SettingsError
from hub.roles import ReceivesEvents
from hub.store import connections as queries
from hub.values.connection import Account, Usage
from hub.values.words import Words

from .conftest import ENVIRON, GATEWAY, kintone

WHY = Words("認証エラー", "refused")


@pytest.fixture
def token(crm) -> str:
    return crm.credentials()["apps"]["1"]


def test_a_connection_is_found_by_name_and_by_id(start):
    connections = start(GATEWAY).connections
    row = connections.row("sms")
    assert connections.by_id(row.id) == row
    assert [each.name for each in connections.rows()] == ["sms"]


def test_a_name_that_is_not_there_is_told_with_the_nearest(start):
    connections = start(GATEWAY).connections
    with pytest.raises(ConfigError, match='Did you mean "sms"') as told:
        connections.row("smz")
    assert "「sms」の間違いではありませんか" in told.value.words.ja
    with pytest.raises(ConfigError, match="There are: sms"):
        connections.row("something-else")
    with pytest.raises(ConfigError, match="not there any more"):
        connections.by_id(999)


def test_its_plugin_is_told_where_it_is_called_and_its_secrets_stay_hidden(start, crm):
    connections = start(kintone(crm)).connections
    connection = connections.open(connections.row("crm"))
    assert connection.callback_url == "https://sms.example.jp/in/crm/"
    assert connection.setting("api_token").reveal() == ENVIRON["CRM_TOKEN"]
    for secret in (ENVIRON["CRM_TOKEN"], ENVIRON["CRM_KEY"]):
        assert secret not in repr(connection)


def test_each_role_is_given_by_those_that_play_it(start, crm):
    connections = start(GATEWAY + kintone(crm)).connections
    crm_id, sms_id = (connections.row(name).id for name in ("crm", "sms"))
    assert connections.with_role("opt_out_sink") == {crm_id}
    assert connections.with_role("message_gateway") == {sms_id}
    assert connections.sink(crm_id) is not None
    assert connections.activity_sink(crm_id) is not None
    assert isinstance(connections.trigger(crm_id), ReceivesEvents)
    assert connections.sink(sms_id) is connections.activity_sink(sms_id) is None
    assert connections.report_receiver(crm_id) is connections.look_up(crm_id) is None
    assert connections.report_receiver(sms_id) is not None
    assert connections.profile(sms_id).max_units > 0
    with pytest.raises(ConfigError, match="message_gateway"):
        connections.profile(crm_id)
    with pytest.raises(ConfigError, match="contact_source"):
        connections.source(sms_id)


def test_what_hears_reports_cannot_send(start):
    connections = start(GATEWAY).connections
    sms = connections.row("sms").id
    for half in (connections.report_receiver(sms), connections.look_up(sms)):
        assert not hasattr(half, "send")


def test_opt_outs_wait_for_a_connection_whose_plugin_is_gone(start):
    connections = start('[connections.desk]\nplugin = "zendesk"\nlabel = "窓口"\n').connections
    desk = connections.row("desk")
    assert connections.roles(desk) == frozenset()
    assert desk.id in connections.with_role("opt_out_sink")


def test_signing_in_remembers_the_account_and_unparks(start, crm, token):
    connections = start(kintone(crm), CRM_TOKEN=token).connections
    row = connections.row("crm")
    connections.park(row.id, WHY)
    assert not connections.usable(row.id)
    account = connections.check(row.id)
    row = connections.row("crm")
    assert (row.account_id, row.account_label) == (account.id, account.label)
    assert (row.state, connections.usable(row.id)) == ("ok", True)


def test_wrong_credentials_are_told_and_remember_nothing(start, crm):
    connections = start(kintone(crm)).connections
    row = connections.row("crm")
    with pytest.raises(AuthError) as told:
        connections.check(row.id)
    assert ENVIRON["CRM_TOKEN"] not in str(told.value)
    assert connections.row("crm").account_id is None


def test_another_account_than_before_is_refused(start, crm, token):
    start(kintone(crm), CRM_TOKEN=token).connections.check(1)
    other = crm.credentials()["apps"]["2"]
    connections = start(kintone(crm, app=2), CRM_TOKEN=other).connections
    with pytest.raises(ConfigError, match="another account than before") as told:
        connections.check(connections.row("crm").id)
    assert told.value.key == "account"
    assert "app 1" in (connections.row("crm").account_label or "")


def test_a_parked_connection_says_why_until_it_has_recovered(start_anywhere):
    hub = start_anywhere(GATEWAY)
    sms = hub.connections.row("sms").id
    hub.connections.park(sms, WHY)
    parked = hub.connections.row("sms")
    assert (parked.state, parked.reason) == ("parked", WHY)
    hub.connections.park(sms, WHY)
    assert hub.connections.row("sms").state_since == parked.state_since
    hub.connections.recovered(sms)
    assert hub.connections.row("sms").reason == Words("", "")


def test_another_process_sees_the_state_at_once(start):
    one, other = start(GATEWAY), start(GATEWAY)
    sms = one.connections.row("sms").id
    one.connections.park(sms, WHY)
    assert not other.connections.usable(sms)


def test_suspended_grounds_keep_their_first_time_and_end_when_restored(start_anywhere, crm):
    hub = start_anywhere(kintone(crm))
    id_ = hub.connections.row("crm").id
    hub.connections.suspend_grounds(id_, WHY)
    first = hub.connections.row("crm").grounds_suspended_at
    hub.connections.suspend_grounds(id_, WHY)
    assert first is not None
    assert hub.connections.row("crm").grounds_suspended_at == first
    assert hub.connections.row("crm").reason == WHY
    hub.connections.restore_grounds(id_)
    row = hub.connections.row("crm")
    assert (row.grounds_suspended_at, row.reason) == (None, Words("", ""))


def test_a_connection_of_the_console_keeps_its_settings_encrypted(start):
    hub = start()
    settings = '{"base_url": "http://localhost:1", "api_key": "sesame"}'
    sealed = hub.cipher.encrypt(settings, "connection.settings:desk-sms")
    with hub.database.write() as tx:
        queries.put(
            tx,
            name="desk-sms",
            plugin="sandbox_gateway",
            label="窓口",
            site_id=None,
            origin="console",
            mapping=None,
            settings_enc=sealed,
            now=hub.clock(),
        )
    connection = hub.connections.open(hub.connections.row("desk-sms"))
    assert connection.setting("api_key").reveal() == "sesame"
    assert "sesame" not in repr(connection)
    assert start().connections.row("desk-sms").state == "ok"


def test_a_test_tells_every_mapped_field_that_is_not_there_whatever_the_plugin(start, crm, token):
    wrong = 'name = "名前"\nopt_out = "更新日時"\nopt_out_value = ["停止"]\nsite = "支店"\n'
    connections = start(kintone(crm) + wrong, CRM_TOKEN=token).connections
    row = connections.row("crm")
    connections.park(row.id, WHY)
    with pytest.raises(SettingsError) as told:
        connections.check(row.id)
    assert {line.en.partition(": ")[0] for line in told.value.lines} == {
        "connections.crm.mapping.name",
        "connections.crm.mapping.opt_out",
        "connections.crm.mapping.site",
    }
    # The credentials are good all the same.
    assert connections.usable(row.id)


def test_what_the_platform_told_of_its_limit_is_kept(start_anywhere):
    hub = start_anywhere(GATEWAY)
    row = hub.connections.row("sms")
    assert (row.usage, row.usage_at, row.advice) == (None, None, ())
    usage = Usage(what=Words("呼び出し", "calls"), used=8, limit=10)
    advised = Account(id="a", label="A", usage=usage, advice=[WHY])
    now = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
    with hub.database.write() as tx:
        queries.set_account(tx, row.id, advised, now)
        row = queries.all_rows(tx)[0]
        assert (row.usage, row.usage_at, row.advice) == (usage, now, (WHY,))
        queries.set_account(tx, row.id, Account(id="a", label="A"), now)
        row = queries.all_rows(tx)[0]
    # No news of the limit is not that nothing is used; advice that is followed goes.
    assert (row.usage, row.advice) == (usage, ())
