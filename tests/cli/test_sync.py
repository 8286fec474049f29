"""`hub sync CONNECTION` as its user meets it."""

import os
import re
import signal
import subprocess
import sys

from .conftest import PEOPLE


def test_it_reads_everybody_and_says_what_is_there_by_verdict(deployed):
    told = deployed("sync", "crm")
    assert told.code == 0
    assert re.match(rf"Read {PEOPLE}, of which \d+ consented; {PEOPLE} had changed\.", told.out)
    lines = re.findall(r"^ +(\d+)  (.+)$", told.out, re.M)
    assert lines[0][1] == "Consent on record"
    assert {"Landline", "IP phone (050)"} <= {words for _, words in lines}
    assert sum(int(count) for count, _ in lines) == PEOPLE


def test_the_second_time_it_reads_only_what_changed(deployed, crm):
    first = deployed("sync", "crm", "--json").json
    assert first["kind"] == "first"
    assert (first["read"], first["state"], first["why"]) == (PEOPLE, "done", None)
    assert sum(first["verdicts"].values()) == PEOPLE
    assert first["kept"] + sum(first["skipped"].values()) == PEOPLE
    second = deployed("sync", "crm", "--json").json
    assert second["kind"] == "changed"
    assert second["changed"] == 0
    assert second["verdicts"] == first["verdicts"]


def test_full_lets_go_of_what_has_gone_from_the_platform(deployed, crm):
    before = deployed("sync", "crm", "--json").json["verdicts"]
    crm.delete(crm.records()["consented"]["id"])
    after = deployed("sync", "crm", "--full", "--json").json
    assert after["gone"] == 1
    assert after["verdicts"]["consented"] == before["consented"] - 1


def test_wrong_credentials_end_it_with_1_and_name_the_connection(deployed, monkeypatch):
    monkeypatch.setenv("CRM_TOKEN", "a-token-of-no-app-00000000000000000000000")
    told = deployed("sync", "crm")
    assert told.code == 1
    assert "crm" in told.err or "顧客アプリ" in told.err
    assert "a-token-of-no-app" not in told.err + told.out
    assert "Parked" in deployed("connections").out


def test_a_vanished_consent_field_fails_and_suspends_what_was_consented(pulled, crm):
    crm.lose_field("SMS許諾")
    told = pulled("sync", "crm")
    assert told.code == 1
    assert "connections.crm.mapping.consent" in told.err
    listed = pulled("connections").out
    assert "Consents suspended" in listed


def test_a_throttled_platform_is_waited_for_and_read_to_the_end(deployed, crm):
    crm.throttle(times=1, retry_after=1, path="records")
    told = deployed("sync", "crm")
    assert told.code == 0
    assert "Going on in 1 s" in told.err
    assert f"Read {PEOPLE}" in told.out


def test_a_platform_that_wants_to_be_left_alone_for_long_ends_it_with_1(deployed, crm):
    crm.throttle(times=1, retry_after=3600, path="records")
    told = deployed("sync", "crm", "--json")
    assert told.code == 1
    assert told.json["state"] == "stopped"
    assert told.err.strip()


def test_an_unknown_connection_is_told_with_the_nearest_name(deployed):
    told = deployed("sync", "crn")
    assert told.code == 1
    assert told.err == 'There is no connection "crn". Did you mean "crm"?\n'
    assert told.out == ""


def test_ctrl_c_ends_it_with_a_sentence_and_the_next_goes_on(deployed, crm):
    crm.stall(30, times=1, path="records")
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "sync", "crm"],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not crm.in_flight:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.endswith("Stopped. The same command goes on from there.\n")
    assert "Traceback" not in out + err
    crm.faults.clear()
    assert f"Read {PEOPLE}" in deployed("sync", "crm").out


def test_watch_goes_on_until_ctrl_c_and_ends_with_0(deployed, crm):
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "sync", "crm", "--watch", "--every", "5"],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    read = [process.stdout.readline()]
    while not read[-1].endswith("Landline\n"):
        read.append(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_it_speaks_japanese_too(deployed, monkeypatch):
    monkeypatch.setenv("HUB_LANGUAGE", "ja")
    told = deployed("sync", "crm")
    assert f"{PEOPLE}件を読み込み" in told.out
    assert "固定電話" in told.out
