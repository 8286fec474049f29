"""Everything that does not fit is told at once, each with its key and what to do."""

import pytest

from connectors.salesforce.account import whoami
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Connection, SettingsError

from .conftest import Connect
from .test_contacts import BESIDE


def problems(connection: Connection) -> dict[str, str]:
    """What the test of a connection finds, by key; several sentences of a key are put together."""
    with pytest.raises(SettingsError) as caught:
        whoami(SalesforceClient(connection), connection)
    found: dict[str, str] = {}
    for problem in caught.value.problems:
        assert problem.words.ja != problem.words.en
        found[problem.key] = f"{found.get(problem.key, '')} {problem.words.en}".strip()
    return found


def test_all_that_is_wrong_is_told_in_one_go(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    contact, lead = (salesforce.org.tables[name].about for name in ("Contact", "Lead"))
    contact.lose("SMS_Consent_Date__c")
    contact.change("SMS_Opt_Out__c", locked=True)
    lead.change("SMS_Opt_Out_Date__c", locked=True)
    found = problems(
        connect(
            {
                "phone": "SMS_Opt_In__c",
                "consent": "SMS_Consent_Source__c",
                "consent_yes": ["メール"],
                "name": "No_Such__c",
                "attributes": {"shop": "Shop__c", "company": "Company"},
            }
        )
    )

    assert set(found) == {
        "mapping.phone",
        "mapping.consent",
        "mapping.consent_at",
        "mapping.name",
        "mapping.attributes.shop",
        "mapping.opt_out",
        "mapping.opt_out_at",
    }
    assert "type (boolean)" in found["mapping.phone"]
    assert "does not offer a value that consent_yes names" in found["mapping.consent"]
    assert found["mapping.consent_at"].startswith("Contact has no field SMS_Consent_Date__c")
    assert "may not write SMS_Opt_Out__c of Contact" in found["mapping.opt_out"]
    assert "may not write SMS_Opt_Out_Date__c of Lead" in found["mapping.opt_out_at"]


def test_a_sentence_names_the_connection_and_the_key(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    connection = connect({"consent": "A__c", "name": "B__c"})
    with pytest.raises(SettingsError) as caught:
        whoami(SalesforceClient(connection), connection)

    lines = caught.value.words.en.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "connections.crm.mapping.consent",
        "connections.crm.mapping.consent",
        "connections.crm.mapping.name",
    ]
    assert ["Contact" in line or "Lead" in line for line in lines] == [True, True, True]


def test_a_hidden_object_is_told_beside_the_rest(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    salesforce.havoc.lose_object("Lead")
    found = problems(connect({"consent_at": "Email"}))

    assert set(found) == {"objects", "mapping.consent_at"}
    assert "does not see Lead" in found["objects"]


def test_a_field_of_a_related_record_is_tried_on_each_object(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    everywhere = {"attributes": {"company": "Account.Name", "owner": "Owner.Name"}}
    but_leads = {**everywhere, "objects": {"Lead": {"attributes": {"company": "Company"}}}}

    assert set(problems(connect(everywhere))) == {"mapping.attributes.company"}
    connection = connect(but_leads)
    assert whoami(SalesforceClient(connection), connection).id


def test_what_one_object_names_otherwise_is_told_in_its_own_table(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    lead = {"consent": "Lead_Opt_In__c", "attributes": {"store": "Shop__c"}}
    found = problems(connect({"objects": {"Lead": lead}}))

    assert set(found) == {
        "mapping.objects.Lead.consent",
        "mapping.objects.Lead.attributes.store",
    }


def test_two_consent_objects_are_one_too_many(connect: Connect) -> None:
    lead = {"opt_out": "ContactPointConsent:SMSキャンペーン", "opt_out_value": ["OptOut"]}

    assert set(problems(connect({**BESIDE, "objects": {"Lead": lead}}))) == {"mapping.opt_out"}


def test_a_consent_object_without_the_external_id_is_advised_about(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    connection = connect(BESIDE)
    assert not whoami(SalesforceClient(connection), connection).advice
    salesforce.org.tables["ContactPointTypeConsent"].about.lose("SMS_Hub_Key__c")
    (advice,) = whoami(SalesforceClient(connection), connection).advice

    assert "SMS_Hub_Key__c" in advice.en
    assert "consent-objects" in advice.ja


def test_tasks_that_cannot_be_left_are_advised_about(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    connection = connect()
    salesforce.org.tables["Task"].about.change("Description", locked=True)
    salesforce.org.tables["Task"].about.lose("ActivityDate")
    (advice,) = whoami(SalesforceClient(connection), connection).advice

    assert "not editable: Description, ActivityDate" in advice.en
    salesforce.havoc.lose_object("Task")
    (advice,) = whoami(SalesforceClient(connection), connection).advice
    assert "WhoId" in advice.en


def test_a_consent_object_that_cannot_be_written_is_told_before_the_first_opt_out(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    salesforce.org.tables["ContactPointTypeConsent"].about.writable = False

    assert problems(connect(BESIDE)).keys() == {"mapping.opt_out"}
    # Nothing is written to it where opt-outs go to a field.
    assert whoami(SalesforceClient(connect()), connect()).id


def test_an_object_that_cannot_be_written_is_told_by_its_name(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    salesforce.org.tables["Lead"].about.writable = False

    assert "may not write Lead" in problems(connect())["mapping.opt_out"]
    salesforce.org.tables["Lead"].about.writable = True
    salesforce.org.tables["Individual"].about.writable = False
    individual = {"opt_out": "Individual.HasOptedOutSolicit", "opt_out_at": None}
    assert "may not write Individual" in problems(connect(individual))["mapping.opt_out"]


def test_a_hidden_individual_is_told_where_consent_rows_are_mapped(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    salesforce.org.tables["Lead"].about.lose("IndividualId")
    found = problems(connect(BESIDE))

    assert found.keys() == {"mapping.consent", "mapping.opt_out"}
    assert found["mapping.consent"].startswith("Lead has no field Individual")
