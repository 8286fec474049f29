"""Erasure, retention and what a person may ask for, from the command line."""

import io
import json
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store.cleansing import noted
from hub.store.tables.access import site, user
from hub.store.tables.people import contact
from hub.testing.roster import roster

from .conftest import PEOPLE


def numbers_kept(hub) -> int:
    with hub.database.read() as tx:
        query = sa.select(sa.func.count()).where(contact.c.number_enc.is_not(None))
        return int(tx.execute(query).scalar_one())


@pytest.fixture
def typed(monkeypatch):
    """Answer a command's questions in turn, as a pipe would."""

    def type_(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return type_


@pytest.fixture
def record(crm) -> str:
    return f"1:{crm.records()['consented']['id']}"


@pytest.fixture
def known(crm):
    """The person behind that record, as the sandbox made them up."""
    return roster(PEOPLE)[int(crm.records()["consented"]["id"]) - 1]


def test_a_person_goes_in_ten_days_unless_somebody_cancels(pulled, here, record):
    done = pulled("erase", "person", "--record", "crm", record, "--confirm", "1", "--json").json
    assert done["order"]["state"] == "waiting"
    assert done["preview"]["people"] == 1
    due = done["order"]["due_at"], done["order"]["ordered_at"]
    assert due[0][:10] > due[1][:10]
    told = pulled("erase", "list", "--open")
    assert "#1" in told.out
    assert pulled("erase", "cancel", "1").code == 0
    assert pulled("erase", "cancel", "1").code == 1
    assert pulled("erase", "list", "--open", "--json").json == []


def test_now_erases_before_the_command_ends(pulled, here, record):
    before = numbers_kept(here())
    told = pulled("erase", "person", "--record", "crm", record, "--now", "--confirm", "1")
    assert told.code == 0
    assert "Erased (#1, people: 1)." in told.out
    assert told.err == ""
    assert numbers_kept(here()) == before - 1
    # What was erased is not there to be erased again.
    assert "People: 0" in pulled("erase", "person", "--record", "crm", record).out


def test_a_number_is_typed_and_never_an_argument(pulled, known, typed):
    typed(known.e164, "y")
    told = pulled("erase", "person", "--now")
    assert told.code == 0
    assert "Erased" in told.out
    assert known.e164[3:] not in told.out + told.err


def test_nothing_goes_without_a_yes(pulled, here, record, typed):
    before = numbers_kept(here())
    typed("n")
    told = pulled("erase", "person", "--record", "crm", record, "--now")
    assert (told.code, numbers_kept(here())) == (1, before)
    assert "Nothing was changed" in told.err


def test_more_than_one_person_is_confirmed_by_how_many(pulled, here, typed):
    hub = here()
    people = numbers_kept(hub)
    with hub.database.write() as tx:
        made = tx.execute(
            sa.insert(site).values(key="tokyo", label="東京", created_at=hub.clock())
        ).inserted_primary_key[0]
        tx.execute(sa.update(contact).values(site_id=made))
        tx.exec_driver_sql(f"UPDATE link SET site_id = {made}")
    told = pulled("erase", "site", "tokyo", "--dry-run", "--json").json
    assert told["order"] is None
    meant = told["preview"]["people"]
    assert meant >= people > 1
    wrong = pulled("erase", "site", "tokyo", "--now", "--confirm", "1")
    assert (wrong.code, numbers_kept(hub)) == (1, people)
    typed(str(meant))
    assert pulled("erase", "site", "tokyo", "--now").code == 0
    assert numbers_kept(hub) == 0


def test_the_data_of_one_user_goes_by_login(pulled, here, record, tmp_path):
    hub = here()
    with hub.database.write() as tx:
        tx.execute(
            sa.insert(user).values(
                login="sato", label="佐藤", role="operator", created_at=hub.clock()
            )
        )
    ad = tmp_path / "ad.txt"
    ad.write_text("{{sender_name}}です。配信停止: {{opt_out_url}}", encoding="utf-8")
    spring = ("--purpose", "campaign", "--label", "春", "--file", str(ad))
    assert pulled("template", "add", "spring", *spring).code == 0
    one = ("--from", "crm", "--via", "sms", "--record", record, "--yes")
    assert pulled("send", "spring", *one, "--owner", "sato").code == 0
    kept = numbers_kept(hub)
    told = pulled("erase", "user", "sato", "--now", "--confirm", "1", "--json").json
    assert told["order"]["counts"] == {"texts": 1, "messages": 1}
    # The person themselves is the platform's: only what the user sent is gone.
    assert numbers_kept(hub) == kept
    for words in (
        ("erase", "user", "ito", "--dry-run"),
        ("send", "spring", *one, "--owner", "ito"),
    ):
        unknown = pulled(*words)
        assert unknown.code == 1
        assert "There is no user ito" in unknown.err


@pytest.mark.parametrize(
    "words",
    [
        ("person", "--now", "--after", "3"),
        ("age", "0"),
        ("age", "10", "--json"),
        ("age", "10", "--after", "-1"),
    ],
)
def test_wrong_words_are_refused(pulled, words):
    assert pulled("erase", *words).code == 2


def test_the_forecast_names_rule_and_month(pulled, record):
    assert pulled("erase", "person", "--record", "crm", record, "--confirm", "1").code == 0
    told = pulled("retention", "--json").json
    assert [(each["rule"], each["count"]) for each in told["goes"]] == [("order", 1)]
    assert told["rules"]["bodies_days"] == 180
    assert "people by orders to erase" in pulled("retention", "--by", "day").out


def test_a_disclosure_has_everything_and_is_for_its_owner_alone(pulled, known, record, tmp_path):
    ad = tmp_path / "ad.txt"
    ad.write_text("{{name}}様 {{sender_name}}です。配信停止: {{opt_out_url}}", encoding="utf-8")
    spring = ("--purpose", "campaign", "--label", "春", "--file", str(ad))
    assert pulled("template", "add", "spring", *spring).code == 0
    one = ("--from", "crm", "--via", "sms", "--record", record, "--yes")
    assert pulled("send", "spring", *one).code == 0
    assert pulled("person", "stop", "--record", "crm", record).code == 0
    file = tmp_path / "held.json"
    told = pulled(
        "person", "disclose", "--record", "crm", record, "--format", "json", "-o", str(file)
    )
    assert told.code == 0, told.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = json.loads(file.read_text(encoding="utf-8"))
    assert held["records"][0]["name"] == known.name
    assert held["number"].startswith("+81")
    assert known.name in held["messages"][0]["text"]
    assert held["exclusions"]
    assert held["consents"]
    assert "person.disclosed" in [each["action"] for each in held["accesses"]]

    page = tmp_path / "held.html"
    for language in ("ja", "en"):
        page.unlink(missing_ok=True)
        words = ("--record", "crm", record, "--language", language, "-o", str(page))
        assert pulled("person", "disclose", *words).code == 0
        shown = page.read_text(encoding="utf-8")
        assert known.name in shown
        assert held["messages"][0]["text"].split("\n")[0] in shown
        assert "<script" not in shown
    again = pulled("person", "disclose", *words)
    assert again.code == 1
    assert "is there already" in again.err


def test_a_disclosure_of_an_erased_person_shows_what_is_left(pulled, known, record, tmp_path):
    assert pulled("erase", "person", "--record", "crm", record, "--now", "--confirm", "1").code == 0
    file = tmp_path / "left.json"
    words = ("--record", "crm", record, "--format", "json", "-o", str(file))
    assert pulled("person", "disclose", *words).code == 0
    text = file.read_text(encoding="utf-8")
    held = json.loads(text)
    assert (held["number"], held["records"][0]["name"]) == (None, "")
    assert held["contact"]["erased_at"] is not None
    assert held["consents"]
    assert held["erasures"][0]["state"] == "done"
    assert known.name not in text


def test_stop_of_use_excludes_at_once_and_erases_later(pulled, here, record):
    done = pulled("person", "stop", "--record", "crm", record, "--json").json
    assert (done["already"], done["records"]) == (False, 1)
    listed = pulled("erase", "list", "--open", "--json").json
    assert [(each["id"], each["why"]) for each in listed] == [(done["order"], "stop_of_use")]
    shown = pulled("consent", "show", "crm", record, "--json").json
    assert [each["scope"] for each in shown["exclusions"]] == ["all"]
    again = pulled("person", "stop", "--record", "crm", record, "--json").json
    assert (again["already"], again["order"]) == (True, done["order"])


def test_somebody_the_hub_never_heard_of_can_ask_to_be_left_alone(pulled, typed, here):
    typed("090-2345-4321")
    told = pulled("person", "stop")
    assert told.code == 0
    assert "No SMS goes to the number any more" in told.out
    typed("090-2345-4321")
    assert pulled("person", "disclose", "-o", "-").code == 0
    typed("090-2345-1234")
    assert pulled("person", "disclose", "-o", "-").code == 1


def test_a_legal_hold_stops_an_erasure_and_is_not_lifted_within_the_year(pulled, here, record):
    assert pulled("person", "hold", "--record", "crm", record, "--why", "令和8年第1号").code == 0
    before = numbers_kept(here())
    told = pulled("erase", "person", "--record", "crm", record, "--now", "--confirm", "1")
    assert "under a legal hold" in told.out
    assert numbers_kept(here()) == before
    assert pulled("person", "release", "--record", "crm", record).code == 1
    assert pulled("person", "release", "--record", "crm", record, "--sooner").code == 0
    told = pulled("erase", "person", "--record", "crm", record, "--now", "--confirm", "1")
    assert "Erased" in told.out
    assert numbers_kept(here()) == before - 1


def test_a_corrected_record_is_read_again(pulled, crm, record, tmp_path: Path):
    crm.edit(record.partition(":")[2], {"氏名": "訂正 花子"})
    read = pulled("person", "reread", "--record", "crm", record, "--json").json
    assert read == [
        {
            "connection": "crm",
            "record": record,
            "verdict": "consented",
            "read": True,
            "gone": False,
        }
    ]
    file = tmp_path / "held.json"
    words = ("--record", "crm", record, "--format", "json", "-o", str(file))
    assert pulled("person", "disclose", *words).code == 0
    held = json.loads(file.read_text(encoding="utf-8"))
    assert held["records"][0]["name"] == "訂正 花子"


@pytest.fixture
def jobs(redis_url, monkeypatch, pulled):
    """What the workers run, on this deployment."""
    from hub import jobs

    monkeypatch.setenv("HUB_REDIS_URL", redis_url)
    jobs.hub.cache_clear()
    yield jobs
    jobs.hub.cache_clear()


def test_the_job_carries_out_what_is_due_and_nothing_else(pulled, jobs, here, record, crm):
    before = numbers_kept(here())
    assert pulled("erase", "person", "--record", "crm", record, "--confirm", "1").code == 0
    jobs.erasures()
    assert numbers_kept(here()) == before
    with here().database.write() as tx:
        tx.exec_driver_sql("UPDATE erasure_order SET due_at = ordered_at")
    jobs.erasures()
    assert numbers_kept(here()) == before - 1
    with here().database.read() as tx:
        assert noted(tx) is None


def test_the_hourly_job_keeps_to_the_standing_rules(pulled, jobs, here, monkeypatch):
    with here().database.write() as tx:
        for table, column in (("contact", "created_at"), ("evidence", "recorded_at")):
            tx.exec_driver_sql(f"UPDATE {table} SET {column} = '2020-01-01 00:00:00.000000'")
    jobs.retention()
    assert numbers_kept(here()) > 0
    monkeypatch.setenv("HUB_KEEP_CONTACTS_DAYS", "365")
    jobs.hub.cache_clear()
    jobs.retention()
    assert numbers_kept(here()) == 0
