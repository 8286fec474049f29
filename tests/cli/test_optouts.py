"""`hub optouts` as its user meets it."""

from hub.optout.pushes import push_open
from hub.testing.roster import person


def consented(crm) -> str:
    return f"1:{crm.records()['consented']['id']}"


def test_without_any_it_says_so(deployed):
    told = deployed("optouts")
    assert (told.code, told.out) == (0, "There are no such opt-outs.\n")


def test_a_phone_opt_out_counts_at_once_and_waits_for_the_platform(pulled, crm):
    record = consented(crm)
    told = pulled("exclusion", "add", "crm", record, "--reason", "called the shop")
    assert told.code == 0
    assert "Stopped (all advertising)." in told.out
    (waiting,) = [
        each for each in pulled("optouts", "--open", "--json").json if each["record"] == record
    ]
    assert (waiting["origin"], waiting["state"], waiting["scope"]) == (
        "agent",
        "open",
        "promotional",
    )
    listed = pulled("optouts", "--open", "--connection", "crm").out
    assert record in listed
    assert "(phone)" in listed
    assert "Not acknowledged yet:" in listed


def test_once_the_platform_took_it_the_receipt_says_so(pulled, crm, here):
    record = consented(crm)
    pulled("exclusion", "add", "crm", record)
    hub = here()
    push_open(hub.database, hub.connections, hub.clock)
    (receipt,) = [e for e in pulled("optouts", "--json").json if e["record"] == record]
    assert (receipt["state"], receipt["confirmed"]) == ("done", True)
    assert crm.value(record[2:], "配信停止") == ["停止"]
    assert pulled("optouts", "--open", "--json").json == []


def test_what_is_in_the_way_is_shown(pulled, crm, here):
    record = consented(crm)
    pulled("exclusion", "add", "crm", record)
    crm.lock_field("配信停止")
    hub = here()
    push_open(hub.database, hub.connections, hub.clock)
    (receipt,) = [e for e in pulled("optouts", "--open", "--json").json if e["record"] == record]
    assert receipt["state"] == "blocked"
    assert receipt["why"]
    assert receipt["why"] in pulled("optouts", "--open").out


def test_saying_it_twice_stops_once(pulled, crm):
    record = consented(crm)
    first = pulled("exclusion", "add", "crm", record, "--json").json
    again = pulled("exclusion", "add", "crm", record, "--json").json
    assert (first["already"], again["already"]) == (False, True)
    assert again["exclusion"] == first["exclusion"]


def test_every_scope_can_be_stopped(pulled, crm):
    record = consented(crm)
    for scope in ("purpose:campaign", "all"):
        assert pulled("exclusion", "add", "crm", record, "--scope", scope).code == 0
    scopes = {each["scope"] for each in pulled("optouts", "--json").json}
    assert {"purpose:campaign", "all"} <= scopes


def test_a_scope_that_is_none_is_wrong_usage_and_one_unknown_is_told(pulled, crm):
    record = consented(crm)
    assert pulled("exclusion", "add", "crm", record, "--scope", "some").code == 2
    told = pulled("exclusion", "add", "crm", record, "--scope", "purpose:nope")
    assert told.code == 1
    assert 'no purpose "nope"' in told.err


def test_a_time_that_lies_ahead_is_refused(pulled, crm):
    told = pulled("exclusion", "add", "crm", consented(crm), "--at", "2999-01-01")
    assert told.code == 1
    assert "lies ahead" in told.err


def test_a_record_without_a_mobile_number_is_told(pulled, crm):
    landline = next(index for index in range(1, 60) if person(index).e164 is None)
    told = pulled("exclusion", "add", "crm", f"1:{landline}")
    assert told.code == 1
    assert "has no number that can be texted" in told.err


def test_no_number_is_ever_printed(pulled, crm):
    index = int(crm.records()["consented"]["id"])
    pulled("exclusion", "add", "crm", f"1:{index}")
    number = person(index).e164
    for told in (pulled("optouts"), pulled("optouts", "--json")):
        assert number[3:] not in told.out + told.err
