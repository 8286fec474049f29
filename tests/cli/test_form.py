"""`hub form` and the form it makes."""

from pathlib import Path

import pytest

from hub.consent import forms
from hub.contacts.consent_pushing import push_consents
from hub.factory import build
from hub.messages.sent_form import SentForm, TickedBox
from hub.store import people
from hub.testing.roster import roster

from .conftest import PEOPLE
from .test_json_shapes import shown

PRIVACY = ("--privacy-url", "https://www.example.jp/privacy", "--privacy-version", "2026-01")


@pytest.fixture
def wording(tmp_path: Path) -> str:
    file = tmp_path / "wording.txt"
    file.write_text("お得な情報をSMSで受け取ることに同意します。\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def made(deployed, wording: str):
    """The deployment with a purpose and a form."""
    purpose = ("--class", "promotional", "--label", "お得な情報", "--text", "セールのご案内")
    assert deployed("consent", "purpose", "add", "campaign", *purpose).code == 0
    told = deployed(
        *("form", "create", "news", "--title", "お知らせ", "--wording-file", wording),
        *("--purpose", "campaign", "--via", "sms", "--frequency", "月2回まで", *PRIVACY),
    )
    assert told.code == 0, told.err
    return deployed


def only(run) -> dict:
    (form,) = run("form", "list", "--json").json
    return form


def test_a_form_is_open_at_its_address_with_double_opt_in(made):
    form = only(made)
    assert form["link"] == "http://localhost:8000/f/news"
    assert (form["version"], form["double_opt_in"], form["via"]) == (1, True, "sms")
    assert form["texts"]["ja"]["wording"] == "お得な情報をSMSで受け取ることに同意します。"


def test_the_same_again_makes_no_new_version(made):
    assert made("form", "create", "news", "--title", "お知らせ").code == 0
    assert only(made)["version"] == 1


def test_what_is_not_given_stays_as_it_was(made):
    assert made("form", "create", "news", "--origin", "https://www.example.jp").code == 0
    form = only(made)
    assert form["version"] == 2
    assert form["purposes"] == ["campaign"]
    assert form["origins"] == ["https://www.example.jp"]


def test_a_second_language_joins_the_first(made, wording: str):
    english = ("--language", "en", "--title", "News", "--wording-file", wording)
    assert made("form", "create", "news", *english).code == 0
    assert set(only(made)["texts"]) == {"ja", "en"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("news", "--purpose", "nothing"), "no such purpose"),
        (("news", "--origin", "https://a.example; script-src *"), "origin:"),
        (("news", "--privacy-url", "javascript:alert(1)"), "privacy_notice:"),
        (("news", "--via", "crm"), "gateway"),
        (("N", "--title", "x"), "key:"),
        (("other", "--title", "x"), "wording:"),
        (("news", "--site", "nowhere"), "no site"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(made, words: tuple[str, ...], told: str):
    answer = made("form", "create", *words)
    assert answer.code == 1
    assert told in answer.err
    assert only(made)["version"] == 1


def test_a_form_without_a_sender_is_refused(made, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HUB_SENDER_ADDRESS")
    answer = made("form", "create", "news", "--title", "x")
    assert answer.code == 1
    assert "HUB_SENDER_ADDRESS" in answer.err


def test_show_gives_link_frame_and_a_code_to_scan(made):
    made("form", "create", "news", "--origin", "https://www.example.jp")
    told = made("form", "show", "news").out
    assert "http://localhost:8000/f/news" in told
    assert '<iframe src="http://localhost:8000/f/news" title="お知らせ"' in told
    assert "█▀" in told


@pytest.mark.parametrize(("name", "begins"), [("code.svg", b"<?xml"), ("code.png", b"\x89PNG")])
def test_the_qr_code_is_written_to_a_file(made, tmp_path: Path, name: str, begins: bytes):
    assert made("form", "show", "news", "--qr", str(tmp_path / name)).code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_qr_code_of_another_kind_is_wrong_usage(made, tmp_path: Path):
    assert made("form", "show", "news", "--qr", str(tmp_path / "code.bmp")).code == 2


def test_a_retired_form_says_when_and_opens_again(made):
    assert made("form", "retire", "news", "--json").json == {"key": "news", "retired": True}
    assert only(made)["retired_at"]
    assert made("form", "retire", "news").code == 1
    assert made("form", "create", "news").code == 0
    assert only(made)["retired_at"] is None


def test_a_form_that_is_not_there_is_told(made):
    assert made("form", "show", "nothing").code == 1
    assert made("form", "retire", "nothing").code == 1


def test_what_forms_and_keys_print_looks_as_the_manual_says(made):
    made("api-key", "create", "--label", "shop", "--scope", "consents:read", "--address", "::1")
    assert only(made).keys() == shown("hub form list")[0].keys()
    (key,) = made("api-key", "list", "--json").json
    assert key.keys() == shown("hub api-key list")[0].keys()
    new = made("api-key", "create", "--label", "x", "--scope", "consents:read", "--json").json
    assert new.keys() == shown("hub api-key create").keys()


def test_records_that_were_told_are_listed(made, crm):
    assert made("sync", "crm").code == 0
    assert made("form", "create", "news", "--no-double-opt-in").code == 0
    hub = build()
    record = str(crm.records()["not_consented"]["id"])
    with hub.database.read() as tx:
        found = people.find_links(tx, hub.connections.row("crm").id, [f"1:{record}"])
        form = forms.find(tx, "news")
    person = next(each for each in roster(PEOPLE) if str(each.index) == record)
    assert form is not None
    box = TickedBox(purpose_key="campaign", version=1, text="同意します。")
    hub.sign_ups.submit(
        SentForm(
            form=form,
            number=str(person.e164),
            boxes=[box],
            form_url="https://sms.example.jp/f/news",
            form_text="同意します。",
            language="ja",
            address="192.0.2.1",
            user_agent="",
        )
    )
    assert f"1:{record}" in found
    assert "Open" in made("form", "told", "--waiting").out
    push_consents(hub.database, hub.connections, hub.clock)
    (told,) = made("form", "told", "--json").json
    assert told.keys() == shown("hub form told")[0].keys()
    assert (told["record"], told["state"]) == (f"1:{record}", "done")
    assert made("form", "told", "--waiting", "--json").json == []
