"""Enabling and disabling: what an admin says about a connection."""

from hub.values.words import Words

from .conftest import GATEWAY, kintone


def test_a_parked_one_is_used_again_when_somebody_says_so(start):
    hub = start(GATEWAY)
    sms = hub.connections.row("sms").id
    hub.connections.park(sms, Words("認証エラー", "refused"))
    assert not hub.connections.usable(sms)
    hub.connections.enable(sms)
    assert hub.connections.usable(sms)
    assert hub.connections.row("sms").reason.en == ""


def test_a_disabled_one_is_still_told_of_opt_outs(start, crm):
    hub = start(kintone(crm))
    row = hub.connections.row("crm")
    hub.connections.disable(row.id)
    assert not hub.connections.usable(row.id)
    assert row.id in hub.connections.with_role("opt_out_sink")
    assert hub.connections.sink(row.id) is not None


def test_only_a_sandbox_beside_the_hub_is_given_an_address_of_this_machine(start, crm):
    here = "http://localhost:8000"
    hub = start(GATEWAY + kintone(crm), HUB_PUBLIC_URL=here)
    row = hub.connections.row("crm")
    assert hub.connections.open(row).callback_url == f"{here}/in/crm/"
    real = start(GATEWAY + REAL, HUB_PUBLIC_URL=here)
    assert real.connections.open(real.connections.row("real")).callback_url is None


REAL = """
[connections.real]
plugin = "kintone"
domain = "acme.cybozu.com"
app = 1
api_token = { env = "CRM_TOKEN" }
"""
