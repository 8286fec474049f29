# SPDX-License-Identifier: GPL-3.0-or-later
"""zenpy works on the sandbox unmodified, over plain http."""

import pytest
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Identity, Ticket, Trigger, User, UserField, Webhook
from zenpy.lib.exception import APIException, RecordNotFoundException

from connectors.zendesk.sandbox import ZendeskSandbox


@pytest.fixture
def zendesk(clock):
    """Without limits: zenpy would sleep where it is told to wait."""
    with ZendeskSandbox(limits=False, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def zenpy(zendesk, monkeypatch):
    given = zendesk.credentials()
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", zendesk.base_url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    return Zenpy(
        subdomain=given["subdomain"],
        email=given["email"],
        token=given["api_token"],
        disable_cache=True,
    )


def finished(zenpy, job):
    for _ in range(10):
        job = zenpy.job_status(id=job.id)
        if job.status == "completed":
            return job
    raise AssertionError("the job does not end")


def test_it_reads_who_it_is_and_everybody(zendesk, zenpy):
    assert zenpy.users.me().email == zendesk.credentials()["email"]
    assert len({user.id for user in zenpy.users()}) == 202
    assert len(list(zenpy.users(role="end-user"))) == 200
    assert len(list(zenpy.users(cursor_pagination=False))) == 202


def test_it_reads_the_export(zenpy):
    users = zenpy.users.incremental(start_time=0, paginate_by_time=False)
    assert len(list(users)) == 202
    tickets = zenpy.tickets.incremental(start_time=0, paginate_by_time=False)
    assert len(list(tickets)) == 200


def test_it_changes_users_one_by_one_and_by_job(zenpy, person):
    user = zenpy.users.update(User(id=person, user_fields={"sms_opt_out": True}))
    assert user.user_fields["sms_opt_out"] is True
    many = [User(id=person + each, notes="x") for each in (0, 1)]
    job = finished(zenpy, zenpy.users.update(many))
    assert [each.success for each in job.results] == [True, True]
    assert zenpy.users(id=person + 1).notes == "x"


def test_it_makes_merges_and_deletes_users(zenpy, person):
    user = zenpy.users.create(User(name="試験 花子", email="shiken@example.com"))
    same = zenpy.users.create_or_update(User(name="試験", email="shiken@example.com"))
    assert same.id == user.id
    assert zenpy.users.merge(user, zenpy.users(id=person)).id == person
    other = zenpy.users.create(User(name="試験 太郎"))
    assert zenpy.users.delete(other).active is False
    with pytest.raises(RecordNotFoundException):
        zenpy.users(id=5)
    with pytest.raises(APIException):
        zenpy.users.create(User(name=""))


def test_it_reads_identities_and_tags(zenpy, person):
    kinds = [each.type for each in zenpy.users.identities(id=person)]
    assert kinds == ["email", "phone_number"]
    new = zenpy.users.identities.create(person, Identity(type="email", value="zwei@example.com"))
    assert new.value == "zwei@example.com"
    assert "x" in str(list(zenpy.tickets.add_tags(1, ["x"])))
    assert "x" not in str(list(zenpy.tickets.delete_tags(1, ["x"])))


def test_it_makes_a_ticket_and_an_internal_note(zendesk, zenpy, person):
    audit = zenpy.tickets.create(Ticket(subject="件名", description="本文", requester_id=person))
    ticket = zenpy.tickets(id=audit.ticket.id)
    ticket.comment = Comment(body="内部メモ", public=False)
    zenpy.tickets.update(ticket)
    assert [each.body for each in zenpy.tickets.comments(ticket.id)] == ["本文", "内部メモ"]
    zenpy.tickets.delete(ticket)
    with pytest.raises(RecordNotFoundException):
        zenpy.tickets(id=ticket.id)


def test_it_searches(zenpy, person):
    (user,) = zenpy.search(type="user", external_id="C0000001")
    assert user.id == person
    exported = zenpy.search_export(query="role:end-user", type="user")
    assert len(list(exported)) == 200


def test_it_makes_fields_webhooks_and_triggers(zenpy):
    field = zenpy.user_fields.create(UserField(key="memo", type="text", title="メモ"))
    assert field.key in {each.key for each in zenpy.user_fields()}
    hook = zenpy.webhooks.create(
        Webhook(
            name="試験",
            endpoint="http://localhost:9/",
            http_method="POST",
            request_format="json",
            status="active",
            subscriptions=["conditional_ticket_events"],
        )
    )
    assert zenpy.webhooks.show_secret(hook).secret
    assert [each.id for each in zenpy.webhooks.list()] == [hook.id]
    tagged = {"field": "current_tags", "operator": "includes", "value": "go"}
    trigger = zenpy.triggers.create(
        Trigger(
            title="試験",
            conditions={"all": [tagged], "any": []},
            actions=[{"field": "notification_webhook", "value": [hook.id, "{}"]}],
        )
    )
    assert [each.id for each in zenpy.triggers()] == [trigger.id]
    zenpy.triggers.delete(trigger)
    zenpy.webhooks.delete(hook)
    assert list(zenpy.webhooks.list()) == []


def test_it_signs_in_with_an_oauth_token(zendesk, zenpy):
    order = {
        "grant_type": "client_credentials",
        "client_id": zendesk.credentials()["client_id"],
        "client_secret": zendesk.credentials()["client_secret"],
        "scope": "read",
    }
    token = zendesk.account.oauth.grant(order, zendesk.clock())["access_token"]
    reader = Zenpy(subdomain="sandbox", oauth_token=token, disable_cache=True)
    assert reader.users.me().role == "admin"
    with pytest.raises(APIException):
        reader.users.create(User(name="試験"))
