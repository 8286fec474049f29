"""One record at its own address."""

from email.utils import format_datetime

import pytest

from connectors.salesforce.sandbox.records import Row


@pytest.fixture
def contact(contacts):
    return f"sobjects/Contact/{contacts[0]}"


def test_a_record_is_made_with_defaults_and_a_name(api):
    status, made = api("POST", "sobjects/Contact/", json={"LastName": "試", "FirstName": "験"})
    assert (status, made["success"], made["errors"]) == (201, True, [])
    _, record = api("GET", f"sobjects/Contact/{made['id']}")
    assert (record["Name"], record["SMS_Opt_Out__c"], record["Phone"]) == ("試 験", False, None)
    assert record["CreatedDate"] == record["SystemModstamp"] == "2026-01-13T01:00:00.000+0000"


def test_a_record_shows_the_fields_asked_for(api, contact, contacts):
    _, record = api("GET", contact, params={"fields": "Id,LastName"})
    assert {name for name in record if name != "attributes"} == {"Id", "LastName"}
    assert record["attributes"]["url"].endswith(contacts[0])
    assert api.code("GET", contact, params={"fields": "Nope"}) == (400, "INVALID_FIELD")


def test_an_id_of_fifteen_characters_is_the_same_record(api, contact, contacts):
    _, short = api("GET", f"sobjects/Contact/{contacts[0][:15]}")
    assert short == api("GET", contact)[1]


def test_a_change_moves_the_stamps_and_says_nothing(api, contact, clock):
    clock.advance(60)
    assert api("PATCH", contact, json={"SMS_Opt_Out__c": True}) == (204, None)
    _, record = api("GET", contact)
    assert record["SMS_Opt_Out__c"] is True
    assert record["SystemModstamp"] == record["LastModifiedDate"] == "2026-01-13T01:01:00.000+0000"


def test_a_deleted_record_is_gone_and_says_so(api, contact, contacts):
    assert api("DELETE", contact)[0] == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert api.code(method, contact, json={}) == (404, "ENTITY_IS_DELETED")
    nowhere = "sobjects/Contact/0035i00000zzzzzAAA"
    assert api.code("GET", nowhere)[1] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "REQUIRED_FIELD_MISSING"),
        ({"LastName": ""}, "REQUIRED_FIELD_MISSING"),
        ({"LastName": "x" * 81}, "STRING_TOO_LONG"),
        ({"LastName": "x", "Nope": 1}, "INVALID_FIELD"),
        ({"LastName": "x", "Name": "y"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"LastName": "x", "SMS_Opt_In__c": "maybe"}, "JSON_PARSER_ERROR"),
        ({"LastName": "x", "SMS_Consent_Date__c": "yesterday"}, "JSON_PARSER_ERROR"),
        ({"LastName": "x", "SMS_Consent_Until__c": 5}, "JSON_PARSER_ERROR"),
        ({"LastName": "x", "MobilePhone": {"a": 1}}, "JSON_PARSER_ERROR"),
        ({"LastName": "x", "Store__c": "京都"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"LastName": "x", "Email": "none"}, "INVALID_EMAIL_ADDRESS"),
        ({"LastName": "x", "AccountId": "999"}, "MALFORMED_ID"),
        ({"LastName": "x", "AccountId": "0055i0000000001AAA"}, "MALFORMED_ID"),
        ({"LastName": "x", "AccountId": "0015i00000zzzzzAAA"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"LastName": "x", "Customer_Code__c": "C0000001"}, "DUPLICATE_VALUE"),
    ],
)
def test_what_does_not_suit_its_field_is_refused(api, values, code):
    assert api.code("POST", "sobjects/Contact", json=values) == (400, code)


def test_a_refusal_names_its_fields(api):
    _, (error,) = api("POST", "sobjects/Lead", json={"LastName": "x"})
    assert error == {
        "message": "Required fields are missing: [Company]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["Company"],
    }


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff"])
def test_a_body_that_is_no_object_is_refused(api, contact, body):
    assert api.code("PATCH", contact, data=body)[1] == "JSON_PARSER_ERROR"


def test_moments_are_kept_in_utc_and_ticks_may_be_words(api, contact):
    values = {"SMS_Consent_Date__c": "2026-01-05T10:00:00+09:00", "SMS_Opt_In__c": "false"}
    assert api("PATCH", contact, json=values)[0] == 204
    _, record = api("GET", contact)
    assert record["SMS_Consent_Date__c"] == "2026-01-05T01:00:00.000+0000"
    assert record["SMS_Opt_In__c"] is False


def test_a_change_on_condition_needs_an_unchanged_record(api, contact, clock):
    before = {"If-Unmodified-Since": format_datetime(clock(), usegmt=True)}
    assert api("PATCH", contact, json={"Title": "a"}, headers=before)[0] == 204
    clock.advance(2)
    assert api("PATCH", contact, json={"Title": "b"})[0] == 204
    refused = api.code("PATCH", contact, json={"Title": "c"}, headers=before)
    assert refused == (412, "PRECONDITION_FAILED")
    wrong = {"If-Unmodified-Since": "yesterday"}
    assert api("PATCH", contact, json={"Title": "c"}, headers=wrong)[0] == 400


# ---- external ids ----------------------------------------------------------------------------

KEY = "sobjects/Contact/Customer_Code__c"


def test_an_upsert_makes_and_then_changes(api):
    status, made = api("PATCH", f"{KEY}/N%2F1", json={"LastName": "甲"})
    assert (status, made["created"]) == (201, True)
    status, again = api("PATCH", f"{KEY}/N%2F1", json={"LastName": "乙"})
    assert (status, again["created"], again["id"]) == (200, False, made["id"])
    _, record = api("GET", f"{KEY}/N%2F1")
    assert (record["LastName"], record["Customer_Code__c"]) == ("乙", "N/1")


def test_an_external_id_that_means_two_gives_their_addresses(api, salesforce):
    contacts = salesforce.org.tables["Contact"]
    for number in (1, 2):
        row = contacts.row(number)
        values = row.values | {"Customer_Code__c": "TWIN"}
        contacts.put(Row(number, row.created, row.modified, row.stamp, values))
    for method in ("GET", "PATCH"):
        status, found = api(method, f"{KEY}/TWIN", json={})
        assert status == 300
        assert [each.rsplit("/", 2)[1] for each in found] == ["Contact", "Contact"]


def test_a_field_that_is_no_external_id_is_not_found(api):
    assert api.code("GET", "sobjects/Contact/Email/x@example.com") == (404, "NOT_FOUND")
    assert api.code("PATCH", "sobjects/Contact/Email/x", json={}) == (404, "NOT_FOUND")
    assert api.code("GET", f"{KEY}/NOBODY") == (404, "NOT_FOUND")
