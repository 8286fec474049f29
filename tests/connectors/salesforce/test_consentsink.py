"""Consents reach the record or its consent rows, and never against what somebody said there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.consentcode import KEY
from connectors.salesforce.consentsink import SalesforceConsents
from connectors.salesforce.contacts import SalesforceContacts
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Answer, Consent, Outcome, OutcomeState, Ref, SourceContact
from hub.testing.clock import SandboxClock
from hub.testing.faults import Fault, FaultKind

from .conftest import Connect, Town
from .test_contacts import BESIDE, POINT

AT = datetime(2026, 1, 13, 1, 0, 20, tzinfo=UTC)
WORDS = "SMSの受信に同意します。"
BOTH = pytest.mark.parametrize("mapping", [BESIDE, POINT], ids=["type", "point"])


def consent(ref: Ref, at: datetime = AT, **more: Any) -> Consent:
    values = {"method": "double_opt_in_sms", "wording": WORDS, "form_url": "https://x.jp/f/news"}
    return Consent(id=f"c-{ref}", ref=ref, purpose="campaign", at=at, **values | more)


def only(outcomes: Any) -> Outcome:
    (outcome,) = outcomes
    assert isinstance(outcome, Outcome)
    return outcome


def tell(connection: Any, ref: Ref, at: datetime = AT, **more: Any) -> Outcome:
    return only(SalesforceConsents(connection).record([consent(ref, at, **more)]))


def read(connection: Any, ref: Ref) -> SourceContact:
    contact = SalesforceContacts(connection).get([ref])[ref]
    assert contact is not None
    return contact


def rows_of(town: Town, ref: Ref, object_: str) -> list[dict[str, Any]]:
    individual = town.values(ref.id)["IndividualId"]
    if object_ == "ContactPointTypeConsent":
        return [row for row in town.all(object_) if row["PartyId"] == individual]
    phones = [row["Id"] for row in town.all("ContactPointPhone") if row["ParentId"] == individual]
    return [row for row in town.all(object_) if row["ContactPointId"] in phones]


def object_of(mapping: dict[str, Any]) -> str:
    return str(mapping["consent"]).partition(":")[0]


def patches(salesforce: SalesforceSandbox) -> list[str]:
    return [call.path for call in salesforce.calls() if call.method == "PATCH"]


class Overtaken(SalesforceClient):
    """A client behind whose back somebody else is quicker, once."""

    def __init__(self, connection: Any, act: Callable[[], None]) -> None:
        super().__init__(connection)
        self._act: Callable[[], None] | None = act

    def _first(self) -> None:
        act, self._act = self._act, None
        if act:
            act()

    def change(self, *args: Any, **more: Any) -> Any:
        self._first()
        return super().change(*args, **more)

    def write(self, *args: Any, **more: Any) -> Any:
        self._first()
        return super().write(*args, **more)


@pytest.fixture
def silent(salesforce: SalesforceSandbox) -> Ref:
    """Somebody who was never asked."""
    return Ref("Contact", str(salesforce.records()["not_consented"]["id"]))


@pytest.fixture
def agreed(salesforce: SalesforceSandbox) -> Ref:
    """Somebody who agreed before."""
    return Ref("Contact", str(salesforce.records()["consented"]["id"]))


# ---- fields of the record ---------------------------------------------------------------------


def test_a_consent_is_written_with_its_proof_and_read_back(
    connect: Connect, town: Town, silent: Ref
) -> None:
    outcome = tell(connect(), silent)

    assert (outcome.state, outcome.confirmed) == (OutcomeState.DONE, True)
    assert outcome.version == read(connect(), silent).version
    values = town.values(silent.id)
    assert values["SMS_Opt_In__c"] is True
    assert values["SMS_Consent_Date__c"].startswith("2026-01-13T01:00:20")
    assert values["SMS_Consent_Wording__c"] == WORDS


def test_a_lead_is_told_too(connect: Connect, town: Town, clock: SandboxClock) -> None:
    lead = next(row["Id"] for row in town.all("Lead") if not row["SMS_Opt_Out__c"])
    town.set(lead, SMS_Opt_In__c=False, SMS_Consent_Date__c=None)
    clock.advance(1)

    assert tell(connect(), Ref("Lead", lead)).state is OutcomeState.DONE
    assert town.values(lead)["SMS_Opt_In__c"] is True


def test_nothing_else_of_the_record_changes(connect: Connect, town: Town, silent: Ref) -> None:
    before = town.values(silent.id)
    tell(connect(), silent)
    after = town.values(silent.id)

    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {
        "SMS_Opt_In__c",
        "SMS_Consent_Date__c",
        "SMS_Consent_Wording__c",
        "LastModifiedById",
    }


def test_writing_it_again_changes_nothing(
    salesforce: SalesforceSandbox, connect: Connect, silent: Ref
) -> None:
    first = tell(connect(), silent)
    before = len(patches(salesforce))
    again = tell(connect(), silent)

    assert (again.state, again.version) == (OutcomeState.DONE, first.version)
    assert len(patches(salesforce)) == before


def test_an_older_yes_gets_the_newer_proof_and_loses_its_old_end(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    town.set(agreed.id, SMS_Consent_Until__c="2020-01-01")
    clock.advance(60)

    assert tell(connect(), agreed, method="checkbox").state is OutcomeState.DONE
    values = town.values(agreed.id)
    assert values["SMS_Consent_Date__c"].startswith("2026-01-13T01:00:20")
    assert values["SMS_Consent_Wording__c"] == WORDS
    assert values["SMS_Consent_Until__c"] is None
    assert values["SMS_Consent_Source__c"] is None, "not one of the picklist's own values"


def test_a_newer_yes_in_the_record_stays_as_it_is(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, agreed: Ref
) -> None:
    town.set(agreed.id, SMS_Consent_Date__c="2026-01-13T00:59:00.000+0000")

    assert tell(connect(), agreed, AT - timedelta(hours=1)).state is OutcomeState.DONE
    assert patches(salesforce) == []


def test_an_end_of_the_consent_is_never_written_later_than_it_is(
    connect: Connect, town: Town, silent: Ref
) -> None:
    noon = datetime(2026, 6, 30, 3, 0, tzinfo=UTC)
    tell(connect(), silent, until=noon)

    assert town.values(silent.id)["SMS_Consent_Until__c"] == "2026-06-29"


def test_a_record_that_is_opted_out_stays_so(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, silent: Ref
) -> None:
    town.set(silent.id, SMS_Opt_Out__c=True)
    outcome = tell(connect(), silent)

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "opted out" in outcome.why.en
    assert patches(salesforce) == []


def test_an_opt_out_between_look_and_write_is_seen_before_anything_is_written(
    connect: Connect, town: Town, clock: SandboxClock, silent: Ref
) -> None:
    def quicker() -> None:
        clock.advance(1)
        town.set(silent.id, SMS_Opt_Out__c=True)

    connection = connect()
    client = Overtaken(connection, quicker)
    outcome = only(SalesforceConsents(connection, client).record([consent(silent)]))

    assert outcome.state is OutcomeState.BLOCKED
    assert town.values(silent.id)["SMS_Opt_In__c"] is False
    assert town.values(silent.id)["SMS_Opt_Out__c"] is True


def test_a_harmless_change_between_look_and_write_is_looked_at_and_kept(
    connect: Connect, town: Town, clock: SandboxClock, silent: Ref
) -> None:
    def quicker() -> None:
        clock.advance(1)
        town.set(silent.id, Department="営業")
        clock.advance(1)

    connection = connect()
    client = Overtaken(connection, quicker)
    outcome = only(SalesforceConsents(connection, client).record([consent(silent)]))

    assert outcome.state is OutcomeState.DONE
    assert town.values(silent.id)["Department"] == "営業"


def test_a_record_changed_in_this_very_second_waits_for_the_next(
    connect: Connect, town: Town, clock: SandboxClock, silent: Ref
) -> None:
    # The condition is precise to the second: another change within it would go by unseen.
    town.set(silent.id, Department="営業")
    first = tell(connect(), silent)
    clock.advance(1)

    assert first.state is OutcomeState.LATER
    assert first.retry_after is not None
    assert tell(connect(), silent).state is OutcomeState.DONE


def test_a_deleted_record_is_gone(connect: Connect, town: Town, silent: Ref) -> None:
    town.delete(silent.id)

    assert tell(connect(), silent).state is OutcomeState.GONE


def test_a_merged_record_s_winner_is_not_told(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, silent: Ref
) -> None:
    winner = next(
        row["Id"]
        for row in town.all("Contact")
        if row["Id"] != silent.id and not row["SMS_Opt_In__c"]
    )
    town.delete(silent.id, MasterRecordId=winner)

    assert tell(connect(), silent).state is OutcomeState.GONE
    assert town.values(winner)["SMS_Opt_In__c"] is False


def test_a_record_of_another_object_is_left_alone(connect: Connect) -> None:
    assert tell(connect(), Ref("Account", "001000000000001AAA")).state is OutcomeState.BLOCKED


def test_a_locked_row_waits_and_its_neighbours_are_written(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, silent: Ref
) -> None:
    other = next(
        Ref("Contact", row["Id"])
        for row in town.all("Contact")
        if row["Id"] != silent.id and not row["SMS_Opt_In__c"] and not row["SMS_Opt_Out__c"]
    )
    salesforce.org.trouble.locked[silent.id] = 1
    sink = SalesforceConsents(connect())
    states = [each.state for each in sink.record([consent(silent), consent(other)])]

    assert states == [OutcomeState.LATER, OutcomeState.DONE]
    assert only(sink.record([consent(silent)])).state is OutcomeState.DONE


def test_a_validation_rule_is_told_without_its_own_words(
    salesforce: SalesforceSandbox, connect: Connect, silent: Ref
) -> None:
    salesforce.org.trouble.rules["Contact"] = ("店舗を入力してください", "Store__c")
    outcome = tell(connect(), silent)

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "validation rule" in outcome.why.en
    assert "店舗を入力" not in outcome.why.ja + outcome.why.en


def test_a_limit_reached_half_way_keeps_what_is_done_and_leaves_the_rest_open(
    salesforce: SalesforceSandbox, connect: Connect, town: Town
) -> None:
    refs = [Ref("Contact", r["Id"]) for r in town.all("Contact") if not r["SMS_Opt_In__c"]][:3]
    salesforce.faults.add(
        Fault(kind=FaultKind.THROTTLE, method="PATCH", skip=1, times=9, retry_after=7.0)
    )
    outcomes = SalesforceConsents(connect()).record([consent(ref) for ref in refs])

    states = [outcome.state for outcome in outcomes]
    assert states == [OutcomeState.DONE, OutcomeState.LATER, OutcomeState.LATER]
    assert outcomes[1].retry_after == outcomes[2].retry_after == 7.0


def test_an_answer_that_never_came_is_found_to_be_there(
    salesforce: SalesforceSandbox, connect: Connect, silent: Ref
) -> None:
    salesforce.faults.add(Fault(kind=FaultKind.DROP, after=True, method="PATCH"))
    first = tell(connect(), silent)
    before = len(patches(salesforce))
    again = tell(connect(), silent)

    assert (first.state, again.state) == (OutcomeState.LATER, OutcomeState.DONE)
    assert len(patches(salesforce)) == before


def test_a_field_the_user_may_not_write_is_told_by_its_key(
    salesforce: SalesforceSandbox, connect: Connect, silent: Ref
) -> None:
    salesforce.org.tables["Contact"].about.change("SMS_Opt_In__c", written=False)
    outcome = tell(connect(), silent)

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "mapping.consent: the integration user may not write SMS_Opt_In__c" in outcome.why.en


def test_an_object_without_a_consent_field_keeps_none_from_the_other(
    connect: Connect, town: Town, silent: Ref
) -> None:
    lead = Ref("Lead", next(row["Id"] for row in town.all("Lead")))
    connection = connect({"objects": {"Lead": {"consent": ""}}})
    outcomes = SalesforceConsents(connection).record([consent(lead), consent(silent)])

    assert [each.state for each in outcomes] == [OutcomeState.BLOCKED, OutcomeState.DONE]
    assert outcomes[0].why is not None
    assert "no field of Lead is mapped for consent" in outcomes[0].why.en


# ---- consent objects --------------------------------------------------------------------------


@BOTH
def test_a_consent_row_is_made_where_there_is_none_and_once(
    connect: Connect, town: Town, silent: Ref, mapping: dict[str, Any]
) -> None:
    connection = connect(mapping)
    before = len(town.all(object_of(mapping)))
    outcomes = [tell(connection, silent, until=AT + timedelta(days=365)) for _ in range(2)]

    assert [each.state for each in outcomes] == [OutcomeState.DONE, OutcomeState.DONE]
    assert outcomes[0].version == outcomes[1].version == read(connection, silent).version
    assert len(town.all(object_of(mapping))) == before + 1
    (row,) = rows_of(town, silent, object_of(mapping))
    assert row["PrivacyConsentStatus"] == "OptIn"
    assert row["CaptureDate"].startswith("2026-01-13T01:00:20")
    assert row["EffectiveTo"].startswith("2027-01-13T01:00:20")
    assert row["CaptureSource"] == "double_opt_in_sms"
    assert row["CaptureContactPointType"] == "Web"


@BOTH
def test_the_row_then_reads_as_that_consent_with_the_record_s_words(
    connect: Connect, silent: Ref, mapping: dict[str, Any]
) -> None:
    tell(connect(mapping), silent)
    (reading,) = read(connect(mapping), silent).consents

    assert (reading.answer, reading.at) == (Answer.YES, AT)
    assert (reading.method, reading.wording) == ("double_opt_in_sms", WORDS)


@BOTH
def test_a_row_of_an_older_yes_is_renewed(
    connect: Connect, town: Town, agreed: Ref, mapping: dict[str, Any]
) -> None:
    assert tell(connect(mapping), agreed).state is OutcomeState.DONE
    (row,) = rows_of(town, agreed, object_of(mapping))
    assert row["CaptureDate"].startswith("2026-01-13T01:00:20")
    assert row["EffectiveFrom"].startswith("2026-01-13T01:00:20")
    assert row["EffectiveTo"] is None


@BOTH
@pytest.mark.parametrize("opt_out", [True, False], ids=["opt-out too", "consent alone"])
def test_a_row_that_says_no_since_then_stays_a_no(
    connect: Connect,
    town: Town,
    clock: SandboxClock,
    agreed: Ref,
    mapping: dict[str, Any],
    opt_out: bool,
) -> None:
    mapped = mapping if opt_out else {**mapping, "opt_out": None, "opt_out_value": None}
    (row,) = rows_of(town, agreed, object_of(mapping))
    id_ = row["Id"]
    town.set(id_, PrivacyConsentStatus="OptOut", CaptureDate="2026-01-13T01:00:20.000+0000")
    clock.advance(5)

    assert tell(connect(mapped), agreed).state is OutcomeState.BLOCKED
    assert town.values(id_)["PrivacyConsentStatus"] == "OptOut"


def test_a_no_without_a_date_gives_way_only_if_the_row_was_not_touched_since(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    mapping = {**BESIDE, "opt_out": None, "opt_out_value": None}
    (row,) = rows_of(town, agreed, "ContactPointTypeConsent")
    town.set(row["Id"], PrivacyConsentStatus="OptOut", CaptureDate=None)
    before = tell(connect(mapping), agreed, clock() - timedelta(minutes=1))
    clock.advance(60)
    after = tell(connect(mapping), agreed, clock())

    assert before.state is OutcomeState.BLOCKED
    assert after.state is OutcomeState.DONE


@BOTH
def test_a_no_made_between_look_and_write_is_not_overwritten(
    connect: Connect,
    town: Town,
    clock: SandboxClock,
    agreed: Ref,
    mapping: dict[str, Any],
) -> None:
    (row,) = rows_of(town, agreed, object_of(mapping))

    def quicker() -> None:
        clock.advance(30)
        now = clock().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        town.set(row["Id"], PrivacyConsentStatus="OptOut", CaptureDate=now)

    connection = connect({**mapping, "consent_wording": None})
    client = Overtaken(connection, quicker)
    outcome = only(SalesforceConsents(connection, client).record([consent(agreed)]))

    assert outcome.state is OutcomeState.BLOCKED
    assert town.values(row["Id"])["PrivacyConsentStatus"] == "OptOut"


def test_a_row_somebody_else_made_meanwhile_is_looked_at_before_it_is_changed(
    connect: Connect, town: Town, clock: SandboxClock, salesforce: SalesforceSandbox, silent: Ref
) -> None:
    connection = connect({**BESIDE, "consent_wording": None})
    other = SalesforceClient(connection)
    individual = town.values(silent.id)["IndividualId"]
    purpose = next(
        row["Id"] for row in town.all("DataUsePurpose") if row["Name"] == "SMSキャンペーン"
    )

    def quicker() -> None:
        row = {
            "attributes": {"type": "ContactPointTypeConsent"},
            "Name": "窓口",
            "PartyId": individual,
            "ContactPointType": "Phone",
            "DataUsePurposeId": purpose,
            "PrivacyConsentStatus": "OptOut",
            "CaptureDate": "2026-01-13T01:05:00.000Z",
            KEY: f"{individual}:Phone:{purpose}",
        }
        assert other.write([row], new=True)[0].refusal is None

    client = Overtaken(connection, quicker)
    outcome = only(SalesforceConsents(connection, client).record([consent(silent)]))

    assert outcome.state is OutcomeState.BLOCKED
    (row,) = rows_of(town, silent, "ContactPointTypeConsent")
    assert row["PrivacyConsentStatus"] == "OptOut"


def test_two_writers_at_the_same_moment_make_one_row(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, silent: Ref
) -> None:
    connection = connect(BESIDE)
    other: list[Outcome] = []
    # The second worker comes between the first one's look and its write.
    client = Overtaken(connection, lambda: other.append(tell(connection, silent)))
    sink = SalesforceConsents(connect({**BESIDE, "consent_wording": None}), client)
    (outcome,) = sink.record([consent(silent)])

    assert outcome.state is other[0].state is OutcomeState.DONE
    (row,) = rows_of(town, silent, "ContactPointTypeConsent")
    assert row["PrivacyConsentStatus"] == "OptIn"


def test_a_record_without_an_individual_is_told(connect: Connect, town: Town, silent: Ref) -> None:
    town.set(silent.id, IndividualId=None)
    outcome = tell(connect(BESIDE), silent)

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "Individual" in outcome.why.en


def test_a_box_of_the_individual_is_ticked(connect: Connect, town: Town, silent: Ref) -> None:
    mapping = {"consent": "Individual.SendIndividualData"}

    assert tell(connect(mapping), silent).state is OutcomeState.DONE
    values = town.values(silent.id)
    assert town.values(values["IndividualId"])["SendIndividualData"] is True
    assert values["SMS_Consent_Wording__c"] == WORDS
