"""The test of a connection names org and user, and says what does not fit before it is saved."""

import pytest

from connectors.salesforce.account import whoami
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.contacts import SalesforceContacts
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Account, ConfigError, Connection

from .conftest import Connect


def check(connection: Connection) -> Account:
    return whoami(SalesforceClient(connection), connection)


def test_it_names_org_user_and_the_calls_of_the_day(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    account = check(connect())

    assert account.id.startswith(salesforce.org.id[:15])
    assert "hub@sandbox.example.com" in account.label
    assert account.usage is not None
    assert account.usage.limit == salesforce.org.most_calls
    assert 0 < account.usage.used <= salesforce.org.used()
    assert not account.advice


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ({"consent": "No_Such__c"}, "mapping.consent"),
        ({"consent_yes": ["はい"]}, "mapping.consent"),
        ({"consent_at": "SystemModstamp"}, "mapping.consent_at"),
        ({"consent_at": "Email"}, "mapping.consent_at"),
        ({"phone": "SMS_Opt_In__c"}, "mapping.phone"),
        ({"attributes": {"shop": "Shop__c"}}, "mapping.attributes.shop"),
        (
            {"consent": "ContactPointTypeConsent:no such purpose", "consent_yes": ["OptIn"]},
            "mapping.consent",
        ),
        (
            {"opt_out": "ContactPointTypeConsent:SMSキャンペーン", "opt_out_value": ["OptIn"]},
            "mapping.opt_out_value",
        ),
    ],
)
def test_what_does_not_fit_is_told_by_its_key(
    connect: Connect, mapping: dict[str, object], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check(connect(mapping))

    assert caught.value.key == key


def test_a_field_that_may_not_be_edited_is_told_before_the_first_opt_out(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    salesforce.org.tables["Lead"].about.change("SMS_Opt_Out__c", written=False)
    with pytest.raises(ConfigError, match="SMS_Opt_Out__c of Lead"):
        check(connect())


def test_a_field_on_one_object_alone_is_told(connect: Connect) -> None:
    with pytest.raises(ConfigError, match="Lead has no field HomePhone"):
        check(connect({"phone": "HomePhone"}))


def test_an_old_or_missing_version_is_told(connect: Connect) -> None:
    with pytest.raises(ConfigError) as caught:
        check(connect(api_version="99.0"))

    assert caught.value.key == "api_version"


def test_consent_objects_are_among_what_can_be_mapped(connect: Connect) -> None:
    fields = {field.code: field for field in SalesforceContacts(connect()).fields()}

    assert fields["ContactPointTypeConsent:SMSキャンペーン"].options[0] == "OptIn"
    assert fields["Individual.HasOptedOutSolicit"].kind == "checkbox"
    assert fields["SMS_Opt_In__c"].options == ("true",)
    assert not fields["SystemModstamp"].writable
