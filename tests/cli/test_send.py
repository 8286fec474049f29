"""`hub send TEMPLATE` as its user meets it."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import hub as hub_command
from hub.cli import outcome
from hub.messages import dispatch
from hub.testing.roster import person

AD = "{{sender_name}}です。{{name}}様へご案内。配信停止: {{opt_out_url}}"
WORDS = ("--from", "crm", "--via", "sms")


@pytest.fixture
def ready(pulled, tmp_path: Path):
    """The deployment with the advertising template `spring`."""
    file = tmp_path / "spring.txt"
    file.write_text(AD, encoding="utf-8")
    words = ("--purpose", "campaign", "--label", "春", "--file", str(file))
    assert pulled("template", "add", "spring", *words).code == 0
    return pulled


@pytest.fixture
def someone(crm) -> str:
    return f"1:{crm.records()['consented']['id']}"


def test_a_dry_run_counts_gives_reasons_and_a_sample_and_stores_nothing(ready, here):
    told = ready("send", "spring", *WORDS, "--dry-run")
    assert told.code == 0
    assert told.out.startswith("A dry run: nothing is stored and nothing is sent.\n")
    assert "Queued" in told.out
    assert "The number is on the exclusion list for advertising." in told.out
    assert "〈name〉様" in told.out
    with here().database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM message").scalar() == 0


def test_what_a_dry_run_says_is_what_is_then_made(ready):
    would = ready("send", "spring", *WORDS, "--dry-run", "--json").json
    made = ready("send", "spring", *WORDS, "--yes", "--json").json
    assert would["dry_run"]
    assert not made["dry_run"]
    for key in ("states", "reasons", "segments"):
        assert made[key] == would[key]


def test_an_expired_consent_is_told_as_that_and_not_as_a_late_delivery(ready):
    reasons = ready("send", "spring", *WORDS, "--dry-run", "--json").json["reasons"]
    words = {each["code"]: each["words"] for each in reasons}
    assert words["consent_expired"] == "The consent has expired. Ask for it again."


def test_where_leaves_out_all_other_records(ready):
    whole = ready("send", "spring", *WORDS, "--dry-run", "--json").json["states"]
    words = (*WORDS, "--where", "store=東京", "--where", "store=大阪")
    some = ready("send", "spring", *words, "--dry-run", "--json").json["states"]
    made = ready("send", "spring", *words, "--yes", "--json").json["states"]
    assert 0 < some["queued"] < whole["queued"]
    assert made == some
    assert ready("send", "spring", *WORDS, "--where", "shop=x", "--dry-run").code == 2


def test_the_same_key_is_the_same_send(ready):
    first = ready("send", "spring", *WORDS, "--yes", "--key", "march", "--json").json
    again = ready("send", "spring", *WORDS, "--yes", "--key", "march", "--json").json
    assert (first["already"], again["already"]) == (False, True)
    assert again["send"] == first["send"]
    assert again["states"] == first["states"]


@pytest.mark.parametrize(("answer", "code", "count"), [("n\n", 1, 0), ("y\n", 0, 1)])
def test_it_asks_before_it_sends_to_several(ready, here, answer, code, count):
    done = CliRunner().invoke(hub_command, ["send", "spring", *WORDS], input=answer)
    assert done.exit_code == code
    assert "Send it to" in done.stderr
    with here().database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM send").scalar() == count


def test_json_cannot_ask(ready):
    told = ready("send", "spring", *WORDS, "--json")
    assert told.code == 2
    assert "Add --yes or --dry-run" in told.err


def test_one_person_gets_it_by_the_record_and_the_number_is_masked(ready, someone):
    told = ready("send", "spring", *WORDS, "--record", someone)
    number = person(int(someone[2:])).e164
    assert told.code == 0
    assert number[-4:] in told.out
    assert number[3:] not in told.out
    assert "1  Queued" in told.out
    assert "hub run" in told.err


def test_a_dry_run_for_one_person_says_whether_they_would_get_it(ready, someone):
    told = ready("send", "spring", *WORDS, "--record", someone, "--dry-run", "--json")
    assert told.json["states"] == {"queued": 1}


def test_one_who_said_stop_gets_nothing_and_it_ends_with_1(ready, someone):
    ready("exclusion", "add", "crm", someone)
    told = ready("send", "spring", *WORDS, "--record", someone)
    assert told.code == 1
    assert "The number is on the exclusion list for advertising." in told.out


def test_not_before_holds_and_says_why(ready, someone):
    words = (*WORDS, "--record", someone, "--not-before", "2999-01-01", "--json")
    told = ready("send", "spring", *words)
    assert told.json["states"] == {"held": 1}
    assert told.json["reasons"][0]["code"] == "not_before"


def test_wait_shows_what_became_of_it(ready, here, someone, redis_url, monkeypatch, phone):
    monkeypatch.setenv("HUB_REDIS_URL", redis_url)
    monkeypatch.setattr(outcome, "REPORTS_WITHIN", 0.2)
    hub = here()
    sms = hub.connections.row("sms").id
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.1):
            dispatch.drain(
                hub.database,
                hub.cipher,
                hub.senders,
                hub.connections,
                hub.bells,
                hub.clock,
                sms,
                "test",
                hub.clock() + timedelta(seconds=5),
                policy=hub.policy,
            )

    worker = threading.Thread(target=work)
    worker.start()
    told = ready("send", "spring", *WORDS, "--record", someone, "--wait", "--json")
    ended.set()
    worker.join()
    assert told.json["states"] == {"submitted": 1}
    assert len(phone.messages) == 1
    assert "No worker is there to send." in told.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nope", *WORDS), 'There is no template "nope". There are: spring.'),
        (("spring", "--from", "crm", "--via", "smz"), 'Did you mean "sms"?'),
        (("spring", "--from", "crm", "--via", "crm"), "has no message_gateway"),
        (("spring", *WORDS, "--record", "1:99999"), "was never read"),
    ],
)
def test_an_order_that_cannot_be_is_told(ready, words, told):
    answer = ready("send", *words, "--dry-run")
    assert answer.code == 1
    assert told in answer.err
