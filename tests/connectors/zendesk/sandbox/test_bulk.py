# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: promised at once, done later, and not always for everybody."""

import pytest


def update(api, *users, query=""):
    body = {"user": users[0]} if query else {"users": list(users)}
    return api("PUT", f"users/update_many.json{query}", body)


def opted_out(api, person):
    return api.get(f"users/{person}")["user"]["user_fields"]["sms_opt_out"]


def test_a_job_passes_through_its_states_and_changes_at_its_end(api, person):
    status, answer = update(api, {"id": person, "user_fields": {"sms_opt_out": True}})
    job = answer["job_status"]
    assert (status, job["status"], job["total"], job["results"]) == (200, "queued", 1, None)
    assert not opted_out(api, person)
    job = api.get(job["url"])["job_status"]
    assert (job["status"], job["progress"]) == ("working", 1)
    job = api.get(job["url"])["job_status"]
    assert job["status"] == "completed"
    assert job["results"] == [
        {"id": person, "action": "update", "status": "Updated", "success": True}
    ]
    assert opted_out(api, person)


def test_a_job_is_done_in_time_though_nobody_looks(api, clock, person):
    update(api, {"id": person, "user_fields": {"sms_opt_out": True}})
    clock.advance(1)
    assert opted_out(api, person)


def test_what_a_job_changes_is_told_though_the_next_call_is_refused(
    zendesk, api, hub, clock, person
):
    zendesk.webhook_to(hub.url, ["zen:event-type:user.notes_changed"])
    update(api, {"id": person, "notes": "x"})
    clock.advance(1)
    assert api("GET", "users/5")[0] == 404
    assert zendesk.webhooks.courier.settle()
    assert len(hub.got) == 1


@pytest.mark.parametrize("query", ["?ids={0},{1}", "?external_ids=C0000001,c0000002"])
def test_one_change_for_many(api, person, query):
    query = query.format(person, person + 1)
    api.done(update(api, {"user_fields": {"sms_opt_out": True}}, query=query)[1])
    assert opted_out(api, person)
    assert opted_out(api, person + 1)


def test_a_completed_job_may_hold_failed_items(zendesk, api, person):
    zendesk.fail_user(person + 1, "Phone: is invalid")
    users = [{"id": id_, "notes": "x"} for id_ in (person, person + 1, 5)]
    job = api.done(update(api, *users)[1])
    assert job["status"] == "completed"
    assert [each["success"] for each in job["results"]] == [True, False, False]
    assert [each.get("error") for each in job["results"]] == [
        None,
        "RecordInvalid",
        "RecordNotFound",
    ]


def test_a_job_may_say_done_and_change_nothing(zendesk, api, person):
    zendesk.ignore_writes(person)
    job = api.done(update(api, {"id": person, "user_fields": {"sms_opt_out": True}})[1])
    assert job["results"][0]["success"]
    assert not opted_out(api, person)


def test_a_job_may_fail_as_a_whole(zendesk, api, person):
    zendesk.jobs(fail=1)
    job = api.done(update(api, {"id": person, "notes": "x"})[1])
    assert (job["status"], job["results"]) == ("failed", None)
    assert api.get(f"users/{person}")["user"]["notes"] is None


def test_more_than_a_hundred_are_refused(api):
    status, answer = update(api, *({"id": number} for number in range(101)))
    assert (status, answer["error"]) == (400, "TooManyValues")


def test_the_thirty_first_open_job_is_refused(zendesk, api, person):
    zendesk.jobs(looks=100, seconds=100)
    for _ in range(30):
        assert update(api, {"id": person, "notes": "x"})[0] == 200
    status, answer = update(api, {"id": person, "notes": "x"})
    assert (status, answer["error"], len(answer["current_job_ids"])) == (429, "TooManyJobs", 30)


def test_a_job_is_kept_for_a_day(api, clock, person):
    job = api.done(update(api, {"id": person, "notes": "x"})[1])
    assert len(api.get(f"job_statuses/show_many?ids={job['id']}")["job_statuses"]) == 1
    clock.advance(86_400)
    assert api("GET", f"job_statuses/{job['id']}")[0] == 404


def test_making_many_needs_bulk_import(zendesk, api):
    order = {"users": [{"name": "新規一"}, {"name": ""}]}
    job = api.done(api("POST", "users/create_many", order)[1])
    assert [each["status"] for each in job["results"]] == ["Created", "Failed"]
    zendesk.bulk_import(on=False)
    assert api("POST", "users/create_many", order)[0] == 403
    assert api("POST", "users/create_or_update_many", order)[0] == 403


def test_tickets_change_in_bulk_with_tags_added_and_removed(api):
    body = {"ticket": {"additional_tags": ["a"]}}
    job = api.done(api("PUT", "tickets/update_many?ids=1,2,99999", body)[1])
    assert [each["success"] for each in job["results"]] == [True, True, False]
    assert api.get("tickets/2/tags")["tags"] == ["a"]
