"""The API around the records: versions, limits, describe, faults."""

import requests

from connectors.salesforce.sandbox.org import MOST_CALLS


def test_versions_are_listed_and_old_ones_are_retired(api):
    _, versions = api("GET", "/services/data")
    numbers = [each["version"] for each in versions]
    assert {f"{number}.0" for number in range(60, 68)} <= set(numbers)
    assert versions[-1]["label"] == "Summer '26"
    api.version = "30.0"
    assert api.code("GET", "limits") == (410, "UNSUPPORTED_API_VERSION")
    api.version = "68.0"
    assert api.code("GET", "limits") == (404, "NOT_FOUND")


def test_a_version_lists_its_resources_and_who_one_is(api, salesforce):
    _, resources = api("GET", "")
    assert resources["query"] == "/services/data/v66.0/query"
    assert resources["identity"].startswith(f"{salesforce.base_url}/id/00D")


def test_every_answer_says_how_many_calls_are_used(api):
    first = api.send("GET", "limits")
    used = int(first.headers["Sforce-Limit-Info"].removeprefix("api-usage=").split("/")[0])
    refused = api.send("GET", "nowhere")
    assert refused.headers["Sforce-Limit-Info"] == f"api-usage={used + 1}/{MOST_CALLS}"
    assert first.json()["DailyApiRequests"] == {"Max": MOST_CALLS, "Remaining": MOST_CALLS - used}


def test_without_calls_left_everything_is_refused_for_a_day(api, salesforce, clock, sign_in):
    salesforce.havoc.calls_left(1)
    assert api("GET", "limits")[0] == 200
    assert api.code("GET", "limits") == (403, "REQUEST_LIMIT_EXCEEDED")
    clock.advance(86_401)
    assert sign_in(salesforce)("GET", "limits")[0] == 200


def test_a_throttled_call_is_refused_as_by_salesforce(api, salesforce):
    salesforce.throttle(retry_after=9)
    answer = api.send("GET", "limits")
    assert (answer.status_code, answer.headers["Retry-After"]) == (403, "9")
    assert answer.json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_a_gateway_in_front_may_answer_with_html(api, salesforce):
    salesforce.rubbish()
    answer = api.send("GET", "limits")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (502, "text/html")


def test_unknown_addresses_and_methods_are_refused(api):
    assert api.code("GET", "nowhere") == (404, "NOT_FOUND")
    assert api.code("GET", "sobjects/Nope/describe") == (404, "NOT_FOUND")
    assert api.code("DELETE", "query") == (405, "METHOD_NOT_ALLOWED")
    assert api.send("GET", "/elsewhere").status_code == 404


def test_describe_shows_what_a_field_can(api):
    _, about = api("GET", "sobjects/Contact/describe")
    fields = {field["name"]: field for field in about["fields"]}
    assert fields["SMS_Opt_In__c"]["type"] == "boolean"
    assert fields["SMS_Opt_In__c"]["updateable"] is True
    assert fields["Name"]["updateable"] is False
    assert fields["Description"]["filterable"] is False
    assert fields["Customer_Code__c"]["externalId"] is True
    assert fields["IndividualId"]["referenceTo"] == ["Individual"]
    values = [each["value"] for each in fields["Store__c"]["picklistValues"]]
    assert values[0] == "東京"
    assert (about["name"], about["keyPrefix"]) == ("Contact", "003")


def test_describe_says_whether_anything_changed(api, salesforce, clock):
    last = api.send("GET", "sobjects/Contact/describe").headers["Last-Modified"]
    asked = {"If-Modified-Since": last}
    assert api("GET", "sobjects/Contact/describe", headers=asked) == (304, None)
    clock.advance(5)
    salesforce.havoc.lose_field("Contact", "Title")
    assert api("GET", "sobjects/Contact/describe", headers=asked)[0] == 200


def test_the_consent_objects_are_there(api):
    _, every = api("GET", "sobjects")
    names = {each["name"] for each in every["sobjects"]}
    assert {
        "Contact",
        "Lead",
        "Individual",
        "ContactPointPhone",
        "ContactPointConsent",
        "ContactPointTypeConsent",
        "DataUsePurpose",
        "Task",
    } <= names


def test_a_hidden_field_looks_like_none_and_keeps_its_values(api, salesforce, contacts):
    salesforce.havoc.lose_field("Contact", "SMS_Opt_Out__c")
    soql = "SELECT SMS_Opt_Out__c FROM Contact"
    assert api.code("GET", "query", params={"q": soql}) == (400, "INVALID_FIELD")
    _, about = api("GET", "sobjects/Contact/describe")
    assert "SMS_Opt_Out__c" not in {field["name"] for field in about["fields"]}
    path = f"sobjects/Contact/{contacts[0]}"
    assert api.code("PATCH", path, json={"SMS_Opt_Out__c": True}) == (400, "INVALID_FIELD")
    salesforce.havoc.find_field("Contact", "SMS_Opt_Out__c")
    assert len(api.query(soql)) == 140


def test_a_read_only_field_is_told_by_describe_and_at_the_write(api, salesforce, contacts):
    salesforce.havoc.lock_field("Contact", "SMS_Opt_Out__c")
    _, about = api("GET", "sobjects/Contact/describe")
    (field,) = [each for each in about["fields"] if each["name"] == "SMS_Opt_Out__c"]
    assert (field["updateable"], field["createable"]) == (False, False)
    code = "INVALID_FIELD_FOR_INSERT_UPDATE"
    path = f"sobjects/Contact/{contacts[0]}"
    assert api.code("PATCH", path, json={"SMS_Opt_Out__c": True}) == (400, code)
    salesforce.hand.edit(contacts[0], {"SMS_Opt_Out__c": True})
    assert salesforce.hand.value(contacts[0], "SMS_Opt_Out__c") is True


def test_a_hidden_object_looks_like_none(api, salesforce):
    salesforce.havoc.lose_object("ContactPointTypeConsent")
    soql = "SELECT Id FROM ContactPointTypeConsent"
    assert api.code("GET", "query", params={"q": soql}) == (400, "INVALID_TYPE")
    assert api.code("GET", "sobjects/ContactPointTypeConsent/describe") == (404, "NOT_FOUND")


def test_a_validation_rule_refuses_every_write_until_it_ends(api, salesforce, contacts):
    path = f"sobjects/Contact/{contacts[0]}"
    salesforce.havoc.validation_rule("Contact", "住所が必要です。", field="Title")
    code = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert api.code("PATCH", path, json={"Title": "x"}) == (400, code)
    salesforce.havoc.validation_rule("Contact", None)
    assert api("PATCH", path, json={"Title": "x"})[0] == 204
    salesforce.havoc.refuse_record(contacts[0])
    assert api.code("PATCH", path, json={"Title": "y"}) == (400, code)


def test_a_bad_record_is_bad_in_pages_and_alone(api, salesforce):
    record_id = salesforce.bad_record()
    (row,) = api.query(f"SELECT Id, MobilePhone FROM Contact WHERE Id = '{record_id}'")
    assert row["MobilePhone"] == {"broken": True}
    assert api("GET", f"sobjects/Contact/{record_id}")[1]["MobilePhone"] == {"broken": True}


def test_another_process_steers_it_by_switches(salesforce, contacts):
    def switch(name, **arguments):
        url = f"{salesforce.base_url}/_sandbox/switch/{name}"
        answer = requests.post(url, json=arguments, timeout=5)
        return answer.status_code, answer.json()

    assert switch("edit", record=contacts[0], values={"Title": "x"}) == (200, {"result": None})
    assert switch("value", record=contacts[0], field="Title") == (200, {"result": "x"})
    status, told = switch("edit", record="999", values={})
    assert status == 400
    assert "INVALID_CROSS_REFERENCE_KEY" in told["error"]
