"""Bulk API 2.0, both ways."""

import csv
import io

import pytest


def rows_of(answer):
    # Salesforce names no charset, and requests takes such a text for Latin-1.
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def run(api, soql, operation="query", **body):
    _, job = api("POST", "jobs/query", json={"operation": operation, "query": soql, **body})
    path = f"jobs/query/{job['id']}"
    states = [job["state"]]
    while states[-1] not in ("JobComplete", "Failed", "Aborted"):
        states.append(api("GET", path)[1]["state"])
    return path, states


def pages(api, path, **params):
    found = []
    locator = ""
    while locator != "null":
        answer = api.send("GET", f"{path}/results", params={**params, "locator": locator})
        found.append(answer)
        locator = answer.headers["Sforce-Locator"]
    return found


def test_a_query_job_passes_through_its_states(api):
    path, states = run(api, "SELECT Id FROM Contact")
    assert states == ["UploadComplete", "InProgress", "JobComplete"]
    _, job = api("GET", path)
    assert (job["jobType"], job["numberRecordsProcessed"], job["object"]) == (
        "V2Query",
        140,
        "Contact",
    )
    assert job["id"].startswith("750")
    assert api("DELETE", path)[0] == 204
    assert api.code("GET", path) == (404, "NOT_FOUND")


@pytest.mark.parametrize("size", [1, 60, 139, 140, 500])
def test_pages_of_any_size_read_everybody_once_with_a_header_each(api, contacts, size):
    path, _ = run(api, "SELECT Id, Account.Name FROM Contact")
    answers = pages(api, path, maxRecords=size)
    rows = [row for answer in answers for row in rows_of(answer)]
    assert [row["Id"] for row in rows] == contacts
    assert rows[0]["Account.Name"].endswith("店")
    assert sum(int(each.headers["Sforce-NumberOfRecords"]) for each in answers) == 140
    assert all(each.headers["Content-Encoding"] == "gzip" for each in answers)


def test_cells_are_quoted_and_look_as_in_bulk_files(api):
    path, _ = run(
        api,
        "SELECT Id, SMS_Opt_In__c, SMS_Consent_Date__c, SystemModstamp FROM Contact "
        "WHERE Customer_Code__c IN ('C0000001', 'C0000002')",
    )
    text = api.send("GET", f"{path}/results").text
    assert text.splitlines() == [
        '"Id","SMS_Opt_In__c","SMS_Consent_Date__c","SystemModstamp"',
        '"0035i0000000001AAA","true","2025-02-12T01:13:00.000Z","2026-01-05T01:00:00.000Z"',
        '"0035i0000000002AAA","false","","2026-01-05T01:00:00.000Z"',
    ]


def test_another_delimiter_and_line_end_are_taken(api):
    path, _ = run(api, "SELECT Id, Name FROM Lead", columnDelimiter="TAB", lineEnding="CRLF")
    text = api.send("GET", f"{path}/results").content.decode()
    assert text.startswith('"Id"\t"Name"\r\n')


def test_deleted_records_are_in_query_all(api, salesforce, contacts):
    salesforce.hand.delete(contacts[0])
    path, _ = run(api, "SELECT Id, IsDeleted FROM Contact", operation="queryAll")
    rows = rows_of(api.send("GET", f"{path}/results"))
    assert [row["Id"] for row in rows if row["IsDeleted"] == "true"] == [contacts[0]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"operation": "query"}, "INVALIDJOB"),
        ({"operation": "insert", "query": "SELECT Id FROM Contact"}, "INVALIDJOB"),
        ({"operation": "query", "query": "SELECT Nope FROM Contact"}, "INVALID_FIELD"),
        ({"operation": "query", "query": "SELECT COUNT() FROM Contact"}, "API_ERROR"),
        (
            {"operation": "query", "query": "SELECT Id FROM Contact", "columnDelimiter": "X"},
            "INVALIDJOB",
        ),
    ],
)
def test_a_job_that_cannot_run_is_refused(api, body, code):
    assert api.code("POST", "jobs/query", json=body) == (400, code)


def test_results_wait_for_the_end(api, salesforce):
    salesforce.havoc.bulk(polls=3)
    _, job = api("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"})
    path = f"jobs/query/{job['id']}"
    assert api.code("GET", f"{path}/results") == (400, "INVALIDJOBSTATE")
    assert api("PATCH", path, json={"state": "Aborted"})[1]["state"] == "Aborted"


def test_jobs_can_fail_and_headers_can_be_lost(api, salesforce):
    salesforce.havoc.bulk(fails=True, count_header=False, page=3)
    path, states = run(api, "SELECT Id FROM Lead")
    assert states[-1] == "Failed"
    assert "QUERY_TIMEOUT" in api("GET", path)[1]["errorMessage"]
    salesforce.havoc.bulk(count_header=False, page=3)
    path, _ = run(api, "SELECT Id FROM Lead")
    answers = pages(api, path)
    assert len(answers) == 7
    assert "Sforce-NumberOfRecords" not in answers[0].headers


# ---- ingest ----------------------------------------------------------------------------------


def load(api, operation, text, **body):
    order = {"object": "Contact", "operation": operation, "contentType": "CSV", **body}
    status, job = api("POST", "jobs/ingest", json=order)
    assert status == 200, job
    path = f"jobs/ingest/{job['id']}"
    assert api.send("PUT", f"{path}/batches", data=text.encode()).status_code == 201
    assert api("PATCH", path, json={"state": "UploadComplete"})[1]["state"] == "UploadComplete"
    while (job := api("GET", path)[1])["state"] != "JobComplete":
        assert job["state"] == "InProgress"
    kinds = ("successfulResults", "failedResults", "unprocessedrecords")
    results = [rows_of(api.send("GET", f"{path}/{kind}")) for kind in kinds]
    return job, results


def test_records_are_made_and_the_bad_one_is_told(api):
    job, (good, bad, left) = load(api, "insert", 'LastName,Title\n甲,"a, b"\n"",c\n')
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (2, 1)
    assert (good[0]["sf__Created"], good[0]["LastName"]) == ("true", "甲")
    assert bad[0]["sf__Error"] == (
        "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"
    )
    assert left == []
    assert api("GET", f"sobjects/Contact/{good[0]['sf__Id']}")[1]["Title"] == "a, b"


def test_an_empty_cell_leaves_and_a_sign_empties(api, salesforce, contacts):
    salesforce.hand.edit_all(contacts[:2], {"Title": "x"})
    text = f"Id,Title,SMS_Opt_Out__c\n{contacts[0]},,true\n{contacts[1]},#N/A,\n"
    load(api, "update", text)
    titles = [salesforce.hand.value(each, "Title") for each in contacts[:2]]
    assert titles == ["x", None]
    assert salesforce.hand.value(contacts[0], "SMS_Opt_Out__c") is True


def test_records_are_upserted_and_deleted(api, contacts):
    text = "Customer_Code__c,LastName\nC0000001,新\nNEW,甲\n"
    _, (good, _, _) = load(api, "upsert", text, externalIdFieldName="Customer_Code__c")
    assert [row["sf__Created"] for row in good] == ["false", "true"]
    _, (gone, bad, _) = load(api, "delete", f"Id\n{contacts[0]}\n999\n")
    assert [row["sf__Id"] for row in gone] == [contacts[0]]
    assert bad[0]["sf__Error"].startswith("MALFORMED_ID")


def test_an_aborted_job_changes_nothing(api):
    _, job = api("POST", "jobs/ingest", json={"object": "Contact", "operation": "insert"})
    path = f"jobs/ingest/{job['id']}"
    api.send("PUT", f"{path}/batches", data=b"LastName\nx\n")
    assert api("PATCH", path, json={"state": "Aborted"})[1]["state"] == "Aborted"
    assert rows_of(api.send("GET", f"{path}/unprocessedrecords")) == [{"LastName": "x"}]
    assert api.code("PATCH", path, json={"state": "UploadComplete"})[1] == "INVALIDJOBSTATE"
    assert api("DELETE", path)[0] == 204


@pytest.mark.parametrize(
    "body",
    [
        {"object": "Contact", "operation": "merge"},
        {"object": "Nope", "operation": "insert"},
        {"object": "Contact", "operation": "upsert"},
    ],
)
def test_an_ingest_job_that_cannot_run_is_refused(api, body):
    assert api.code("POST", "jobs/ingest", json=body) == (400, "INVALIDJOB")
