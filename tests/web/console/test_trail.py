"""Whoever looks at people or messages in the console leaves a row, with how much they saw."""

from hub.access import trail
from hub.store import audit
from hub.store.audit import AuditFilter


def rows(shop, action):
    with shop.hub.database.read() as tx:
        return list(audit.stream(tx, AuditFilter(action=action)))


def test_a_look_at_a_message_names_the_message_and_its_person(shop):
    assert shop.client(shop.session()).get("/messages/1").status_code == 200
    row = rows(shop, "message.seen")[-1]
    assert row.object == "message:1"
    assert row.detail["contact"] > 0
    assert row.address == "127.0.0.1"


def test_a_look_at_a_list_says_how_many_rows_it_showed(shop):
    client = shop.client(shop.session())
    client.get("/people")
    client.get("/messages")
    assert rows(shop, "people.listed")[-1].detail["rows"] > 1
    assert rows(shop, "messages.listed")[-1].detail["rows"] > 1


def test_a_message_that_is_not_there_was_not_seen(shop):
    assert shop.client(shop.session()).get("/messages/999999").status_code == 404
    assert "message:999999" not in {row.object for row in rows(shop, "message.seen")}


def test_signing_in_and_out_are_both_written_down(shop):
    client = shop.client()
    client.post(f"/signin/{shop.link()}")
    token = client.get_cookie("hub").value
    client.post("/signout", data={"csrf": shop.csrf(token)})
    assert [row.action for row in rows(shop, "signed_")][-2:] == ["signed_in", "signed_out"]
    with shop.hub.database.read() as tx:
        assert trail.verify(tx).whole
