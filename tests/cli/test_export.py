"""`hub consent export` and `hub consent proof` as their users meet them."""

import hashlib
import json
import stat
from pathlib import Path

import pytest
from marshmallow import Schema, fields, validate

from hub.store import audit
from hub.store.audit import AuditFilter
from hub.testing.roster import person

WORDS = "SMSを受け取る"


class _Strict(Schema):
    """Every mandatory field of ISO/IEC TS 27560:2023, clause 6.3, and nothing empty in it."""


def text():
    return fields.String(required=True, validate=validate.Length(min=1))


class Header(_Strict):
    schema_version = fields.String(required=True, validate=validate.Equal("ISO/IEC TS 27560:2023"))
    record_id = fields.UUID(required=True)
    pii_principal_id = text()


class Pii(_Strict):
    pii_type = fields.String(required=True, validate=validate.Regexp(r"pd:\w+$"))
    pii_optional = fields.Boolean(required=True)


class Purpose(_Strict):
    purpose = text()
    purpose_id = text()
    purpose_version = fields.Raw(required=True, allow_none=False)
    purpose_type = fields.String(required=True, validate=validate.Regexp(r"dpv:\w+$"))
    lawful_basis = text()
    pii_information = fields.List(
        fields.Nested(Pii), required=True, validate=validate.Length(min=1)
    )
    pii_controllers = fields.List(text(), required=True, validate=validate.Length(min=1))
    collection_method = text()
    processing_method = text()
    storage_locations = fields.List(text(), required=True, validate=validate.Length(min=1))
    retention_period = text()
    service = text()
    jurisdiction = fields.String(required=True, validate=validate.Equal("JP"))
    recipient_third_parties = fields.List(text(), required=True, validate=validate.Length(min=1))
    withdrawal_method = fields.List(text(), required=True, validate=validate.Length(min=1))


class Processing(_Strict):
    privacy_notice = fields.Raw(required=True, allow_none=False)
    language = text()
    purposes = fields.List(fields.Nested(Purpose), required=True, validate=validate.Length(min=1))


class Party(_Strict):
    party_id = text()
    party_name = text()
    party_address = text()
    party_contact = text()
    party_type = fields.String(
        required=True,
        validate=validate.OneOf(["dpv:DataController", "dpv:DataSubject", "dpv:Recipient"]),
    )


STATES = [
    "dpv:ConsentUnknown",
    "dpv:ConsentRequested",
    "dpv:ConsentRefused",
    "dpv:ConsentGiven",
    "dpv:RenewedConsentGiven",
    "dpv:ConsentExpired",
    "dpv:ConsentInvalidated",
    "dpv:ConsentWithdrawn",
]


class Event(_Strict):
    event_time = fields.AwareDateTime(required=True)
    validity_duration = text()
    entity_id = text()
    event_type = fields.String(
        required=True,
        validate=validate.OneOf(
            [
                "dpv:Consent",
                "dpv:ImpliedConsent",
                "dpv:ExpressedConsent",
                "dpv:ExplicitlyExpressedConsent",
            ]
        ),
    )
    event_state = fields.String(required=True, validate=validate.OneOf(STATES))
    hub = fields.Dict(required=True)


class Record(_Strict):
    header = fields.Nested(Header, required=True)
    pii_processing = fields.Nested(Processing, required=True)
    party_identification = fields.List(
        fields.Nested(Party), required=True, validate=validate.Length(min=2)
    )
    events = fields.List(fields.Nested(Event), required=True, validate=validate.Length(min=1))
    hub = fields.Dict(required=True)


@pytest.fixture
def agreed(crm) -> int:
    """The record of somebody who agreed."""
    return int(crm.records()["consented"]["id"])


@pytest.fixture
def declared(pulled, tmp_path: Path):
    """A deployment whose lone ticks have their evidence from a declaration with a form."""
    (tmp_path / "wording.txt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "form.txt").write_text("会員登録\n<b>同意</b>して登録", encoding="utf-8")
    told = pulled(
        *("consent", "collection", "declare", "crm", "--purpose", "campaign"),
        *("--method", "checkbox", "--not-preticked"),
        *("--wording-file", str(tmp_path / "wording.txt")),
        *("--form-file", str(tmp_path / "form.txt"), "--form-url", "https://shop.example/join"),
        *("--privacy-notice-url", "https://shop.example/privacy"),
        *("--privacy-notice-version", "2024-04"),
        *("--scope", "月2回まで", "--from", "2020-04-01"),
        *("--signed-by", "佐藤", "--statement", "この画面で取得しました。"),
    )
    assert told.code == 0, told.err
    assert pulled("sync", "crm").code == 0
    return pulled


def exported(run, tmp_path: Path, *words: str, name: str = "proof.json"):
    file = tmp_path / name
    kind = "json" if name.endswith("json") else "html"
    told = run("consent", "export", *words, "--format", kind, "-o", str(file))
    assert told.code == 0, told.err
    return file.read_text(encoding="utf-8")


def trail(here, action: str):
    with here().database.read() as tx:
        return list(audit.stream(tx, AuditFilter(action=action)))


def test_records_have_every_field_the_specification_asks_for(declared, crm, agreed, tmp_path):
    assert declared("exclusion", "add", "crm", f"1:{agreed}").code == 0
    found = json.loads(exported(declared, tmp_path, "--all"))
    assert found["conforms_to"][0] == "ISO/IEC TS 27560:2023"
    assert len(found["records"]) > 10
    for record in found["records"]:
        assert Record().validate(record) == {}
    states = {event["event_state"] for record in found["records"] for event in record["events"]}
    assert {"dpv:ConsentGiven", "dpv:ConsentWithdrawn", "dpv:ConsentUnknown"} <= states


def test_every_hash_in_the_file_can_be_checked_with_the_file_alone(declared, tmp_path):
    found = json.loads(exported(declared, tmp_path, "--all"))
    events = {
        event["hub"]["seq"]: event["hub"] for each in found["records"] for event in each["events"]
    }
    assert events
    for event in events.values():
        chain = event["chain"]
        text = bytes.fromhex(chain["prev_hash"]) + chain["canonical"].encode()
        assert hashlib.sha256(text).hexdigest() == chain["hash"]
        assert json.loads(chain["canonical"])["strength"] == event["strength"]
        if event["wording"]:
            digest = hashlib.sha256(event["wording"].encode()).hexdigest()
            assert digest == event["wording_sha256"]
        before = events.get(event["seq"] - 1)
        if before:
            assert chain["prev_hash"] == before["chain"]["hash"]
    head = found["ledger_head"]
    assert events[head["seq"]]["chain"]["hash"] == head["hash"]


def test_an_entry_carries_all_that_its_declaration_says(declared, tmp_path):
    found = json.loads(exported(declared, tmp_path, "--all", "--purpose", "campaign"))
    events = [
        event["hub"]
        for each in found["records"]
        for event in each["events"]
        if event["hub"]["collection"]
    ]
    assert events
    one = events[0]
    assert one["wording"] == WORDS
    assert one["wording_language"] == "ja"
    assert one["privacy_notice_url"] == "https://shop.example/privacy"
    assert one["privacy_notice_version"] == "2024-04"
    assert one["scope"] == ["月2回まで"]
    assert one["collection"]["signed_by"] == "佐藤"
    assert one["collection"]["statement"] == "この画面で取得しました。"
    assert found["forms"] == {one["form_sha256"]: "会員登録\n<b>同意</b>して登録"}


@pytest.mark.parametrize("name", ["proof.json", "proof.html"])
def test_numbers_are_masked_unless_asked_for(declared, agreed, tmp_path, here, name):
    number = person(agreed).e164
    masked = exported(declared, tmp_path, "--all", name=name)
    assert number not in masked
    assert f"{number[-4:]}" in masked
    clear = exported(declared, tmp_path, "--all", "--clear", name=f"clear-{name}")
    assert number in clear
    rows = trail(here, "consent.exported")
    assert [row.detail["clear"] for row in rows] == [False, True]
    assert rows[0].detail["people"] > 10
    assert number not in repr(rows)


def test_a_clear_export_binds_the_number_to_the_chain(declared, agreed, tmp_path):
    found = json.loads(exported(declared, tmp_path, "--all", "--clear"))
    events = [event["hub"] for each in found["records"] for event in each["events"]]
    one = next(e for e in events if (e["personal"] or {}).get("number") == person(agreed).e164)
    personal = json.dumps(one["personal"], sort_keys=True, separators=(",", ":")).encode()
    salted = bytes.fromhex(one["chain"]["personal_salt"]) + personal
    assert hashlib.sha256(salted).hexdigest() == one["chain"]["personal_digest"]
    assert one["chain"]["personal_digest"] in one["chain"]["canonical"]


def test_one_person_is_asked_for_by_a_number_that_is_no_argument(
    declared, agreed, tmp_path, monkeypatch
):
    typed = iter([person(agreed).e164, "03-1234-5678", "090-9999-9999"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(typed))
    found = json.loads(exported(declared, tmp_path, "--number"))
    assert found["people"] == 1
    told = declared("consent", "export", "--number", "-o", str(tmp_path / "x.html"))
    assert (told.code, "No number that can be texted" in told.err) == (1, True)
    told = declared("consent", "export", "--number", "-o", str(tmp_path / "x.html"))
    assert (told.code, "Nothing is on record about this number." in told.err) == (1, True)
    assert not (tmp_path / "x.html").exists()


def test_the_page_says_what_withdrew_a_consent_and_who_was_told(declared, agreed, tmp_path, here):
    assert declared("exclusion", "add", "crm", f"1:{agreed}").code == 0
    (row,) = trail(here, "exclusion.added")
    contact = row.object.partition(":")[2]
    page = exported(
        declared, tmp_path, "--contact", contact, "--language", "en", name="person.html"
    )
    assert "Consent withdrawn (opt-out) <a href=" in page
    assert "Told to the platforms" in page
    assert "How to check this record" in page
    japanese = exported(
        declared, tmp_path, "--contact", contact, "--language", "ja", name="ja.html"
    )
    assert '<html lang="ja">' in japanese
    assert "撤回(配信停止)" in japanese
    assert "<script" not in page + japanese


def test_what_people_wrote_cannot_become_part_of_the_page(declared, tmp_path):
    page = exported(declared, tmp_path, "--all", name="all.html")
    assert "&lt;b&gt;同意&lt;/b&gt;" in page
    assert "<b>同意" not in page


def test_a_file_that_is_there_is_never_overwritten(declared, tmp_path):
    exported(declared, tmp_path, "--all")
    file = tmp_path / "proof.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    told = declared("consent", "export", "--all", "-o", str(file))
    assert (told.code, "is there already" in told.err) == (1, True)
    assert file.read_bytes() == before
    told = declared("consent", "export", "--all", "-o", str(tmp_path / "no" / "such.html"))
    assert (told.code, "cannot be written" in told.err) == (1, True)


@pytest.mark.parametrize("words", [(), ("--all", "--number"), ("--all", "--contact", "3")])
def test_whose_proof_is_asked_for_must_be_said_once(pulled, tmp_path, words):
    told = pulled("consent", "export", *words, "-o", str(tmp_path / "x.html"))
    assert (told.code, "Say one of" in told.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [("--contact", "999999"), ("--all", "--purpose", "nothing"), ("--all", "--from", "2999-01-01")],
)
def test_an_export_of_nobody_is_refused(pulled, tmp_path, words):
    told = pulled("consent", "export", *words, "-o", str(tmp_path / "x.html"))
    assert (told.code, "nothing of that kind" in told.err) == (1, True)


# ---- one message's proof ---------------------------------------------------------------------


@pytest.fixture
def sent(pulled, agreed, tmp_path):
    """The id of a message that was ordered for somebody who agreed."""
    ad = tmp_path / "ad.txt"
    ad.write_text("{{sender_name}}です。配信停止: {{opt_out_url}}", encoding="utf-8")
    spring = ("--purpose", "campaign", "--label", "春", "--file", str(ad))
    assert pulled("template", "add", "spring", *spring).code == 0
    words = ("--from", "crm", "--via", "sms", "--record", f"1:{agreed}", "--json")
    assert pulled("send", "spring", *words).code == 0
    return 1


def test_a_messages_proof_names_the_entry_and_the_words(pulled, sent, agreed, here):
    told = pulled("consent", "proof", str(sent))
    assert told.code == 0, told.err
    assert "配信停止:" in told.out
    assert person(agreed).e164[3:] not in told.out
    values = pulled("consent", "proof", str(sent), "--json").json
    assert values["evidence"]["purpose_key"] == "campaign"
    assert values["evidence"]["wording"]
    assert values["evidence"]["chain"]["hash"] in told.out
    assert [row.object for row in trail(here, "message.proof")] == ["message:1", "message:1"]


def test_a_messages_proof_can_be_printed(pulled, sent, tmp_path):
    file = tmp_path / "message.html"
    told = pulled("consent", "proof", str(sent), "-o", str(file), "--language", "ja")
    assert told.code == 0, told.err
    page = file.read_text(encoding="utf-8")
    assert "送信の根拠とした記録" in page
    assert "配信停止:" in page


def test_there_is_no_proof_of_a_message_that_is_not_there(pulled):
    told = pulled("consent", "proof", "99")
    assert (told.code, "no message 99" in told.err) == (1, True)
