"""simple-salesforce works on the sandbox, its https led to this machine's http."""

import csv
import io

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound
from simple_salesforce.format import format_external_id, format_soql

from connectors.salesforce.transport import ToThisMachine


@pytest.fixture
def session(salesforce):
    with requests.Session() as session:
        session.mount("https://", ToThisMachine(salesforce.base_url))
        yield session


@pytest.fixture
def client(salesforce, session):
    app = salesforce.credentials()
    # In this flow `instance_url` is the bare first part of a host, not an address.
    return Salesforce(
        username=app["username"],
        consumer_key=app["client_id"],
        privatekey=app["private_key"],
        domain="login",
        instance_url="sandbox.my",
        version="66.0",
        session=session,
    )


def test_it_signs_in_with_client_credentials(salesforce, session):
    app = salesforce.credentials()
    client = Salesforce(
        consumer_key=app["client_id"],
        consumer_secret=app["client_secret"],
        domain="sandbox.my",
        session=session,
        version="60.0",
    )
    assert client.query("SELECT Id FROM User")["totalSize"] == 2
    assert client.api_usage["api-usage"].used > 0


def test_it_reads_everybody_over_pages(client, salesforce, contacts):
    salesforce.havoc.page_size(33)
    found = client.query_all_iter("SELECT Id FROM Contact ORDER BY Id")
    assert [record["Id"] for record in found] == contacts
    assert client.query_all("SELECT Id FROM Lead", include_deleted=True)["totalSize"] == 20


def test_it_quotes_values(client):
    soql = format_soql("SELECT Id FROM Contact WHERE LastName = {}", "O'Brien \\ 50%")
    assert client.query(soql)["totalSize"] == 0
    client.Contact.create({"LastName": "O'Brien \\ 50%"})
    assert client.query(soql)["totalSize"] == 1


def test_it_writes_records(client, contacts):
    made = client.Contact.create({"LastName": "試"})
    assert client.Contact.update(made["id"], {"SMS_Opt_Out__c": True}) == 204
    assert client.Contact.get(made["id"])["SMS_Opt_Out__c"] is True
    key = format_external_id("Customer_Code__c", "a/b c")
    assert client.Contact.upsert(key, {"LastName": "甲"}) == 201
    assert client.Contact.upsert(key, {"LastName": "乙"}) == 200
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Contact.get(made["id"])
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        client.Contact.update(contacts[0], {"Nope": 1})


def test_it_asks_for_collections_limits_and_describe(client, contacts):
    record = {"attributes": {"type": "Contact"}, "id": contacts[0], "Title": "x"}
    body = {"allOrNone": False, "records": [record]}
    outcomes = client.restful("composite/sobjects", method="PATCH", json=body)
    assert outcomes == [{"id": contacts[0], "success": True, "errors": []}]
    assert client.limits()["DailyApiRequests"]["Max"] == 15_000
    assert client.Contact.describe()["name"] == "Contact"
    assert client.is_sandbox() is False


def test_it_reads_and_writes_in_bulk(client, contacts):
    pages = client.bulk2.Contact.query("SELECT Id FROM Contact", max_records=50, wait=0.01)
    rows = [row["Id"] for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert rows == contacts
    (done,) = client.bulk2.Contact.insert(
        records=[{"LastName": "甲"}, {"LastName": "乙"}], wait=0.01
    )
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (2, 0)
