"""Up to two hundred records in one call."""

import pytest

PATH = "composite/sobjects"


def row(record_id=None, *, kind="Contact", **values):
    record = {"attributes": {"type": kind}, **values}
    return record | {"id": record_id} if record_id else record


def send(api, method, records, **body):
    status, outcomes = api(method, PATH, json={"records": records, **body})
    assert status == 200, outcomes
    return outcomes


def codes(outcomes):
    return [each["errors"][0]["statusCode"] if each["errors"] else None for each in outcomes]


def test_each_record_has_its_outcome_in_its_place(api, contacts, salesforce):
    salesforce.hand.delete(contacts[1])
    records = [
        row(contacts[0], SMS_Opt_Out__c=True),
        row(contacts[1], SMS_Opt_Out__c=True),
        row("0035i00000zzzzzAAA", SMS_Opt_Out__c=True),
        row("999999999999", SMS_Opt_Out__c=True),
        row(contacts[2], Nope=1),
        row(SMS_Opt_Out__c=True),
        row(contacts[3], SMS_Opt_Out__c=True),
    ]
    outcomes = send(api, "PATCH", records, allOrNone=False)
    assert codes(outcomes) == [
        None,
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
        "INVALID_FIELD",
        "MISSING_ARGUMENT",
        None,
    ]
    assert outcomes[0] == {"id": contacts[0], "success": True, "errors": []}
    assert salesforce.hand.value(contacts[3], "SMS_Opt_Out__c") is True


def test_all_or_none_takes_the_good_ones_back(api, contacts, salesforce):
    records = [row(contacts[0], Title="x"), row(contacts[1], Nope=1)]
    outcomes = send(api, "PATCH", records, allOrNone=True)
    assert codes(outcomes) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_FIELD"]
    assert salesforce.hand.value(contacts[0], "Title") is None


def test_records_of_several_objects_are_made_and_deleted(api, contacts):
    records = [row(LastName="a"), row(kind="Task", WhoId=contacts[0], Subject="SMS")]
    outcomes = send(api, "POST", records)
    assert codes(outcomes) == [None, None]
    ids = ",".join([*(each["id"] for each in outcomes), "999"])
    _, gone = api("DELETE", PATH, params={"ids": ids, "allOrNone": "false"})
    assert codes(gone) == [None, None, "MALFORMED_ID"]


def test_upserts_say_what_was_made(api):
    path = f"{PATH}/Contact/Customer_Code__c"
    records = [
        row(Customer_Code__c="C0000001", Title="x"),
        row(Customer_Code__c="NEW", LastName="新"),
        row(LastName="無"),
    ]
    _, outcomes = api("PATCH", path, json={"records": records})
    assert [each.get("created") for each in outcomes] == [False, True, None]
    assert codes(outcomes) == [None, None, "MISSING_ARGUMENT"]


def test_many_are_read_at_once_and_missing_ones_are_null(api, contacts):
    body = {"ids": [contacts[5], "999", contacts[0]], "fields": ["Id", "Name"]}
    _, found = api("POST", f"{PATH}/Contact", json=body)
    assert [each and each["Id"] for each in found] == [contacts[5], None, contacts[0]]
    params = {"ids": contacts[0], "fields": "Name"}
    assert api("GET", f"{PATH}/Contact", params=params)[1][0]["Name"]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "REQUIRED_FIELD_MISSING"),
        ([row(LastName="x")] * 201, "EXCEEDED_ID_LIMIT"),
        ([{"LastName": "x"}], "INVALID_INPUT"),
        (["x"], "INVALID_INPUT"),
        ([row(LastName="x"), row(kind="Task")] * 6, "INVALID_INPUT"),
    ],
)
def test_a_body_that_is_wrong_as_a_whole_is_refused_as_a_whole(api, records, code):
    assert api.code("POST", PATH, json={"records": records}) == (400, code)


def test_a_locked_row_is_locked_once_and_no_other(api, contacts, salesforce):
    salesforce.havoc.lock_row(contacts[0])
    records = [row(contacts[0], Title="x"), row(contacts[1], Title="x")]
    assert codes(send(api, "PATCH", records)) == ["UNABLE_TO_LOCK_ROW", None]
    assert codes(send(api, "PATCH", records)) == [None, None]
