"""`hub route` and `hub rates` as their user meets them."""

from pathlib import Path

import pytest

from .test_json_shapes import keys, shown

AD = "{{sender_name}}です。{{link:https://shop.example.jp/}} 配信停止: {{opt_out_url}}"
PEOPLE = ("--from", "crm", "--json")


@pytest.fixture
def ready(pulled, tmp_path: Path):
    """The deployment with the advertising template `spring`."""
    file = tmp_path / "spring.txt"
    file.write_text(AD, encoding="utf-8")
    words = ("--purpose", "campaign", "--label", "春", "--file", str(file))
    assert pulled("template", "add", "spring", *words).code == 0
    return pulled


def test_a_send_that_names_no_gateway_leaves_by_its_route(ready):
    told = ready("send", "spring", *PEOPLE, "--dry-run")
    assert told.code == 1
    assert "no route gives one" in told.err
    made = ready("route", "set", "sms", "--purpose", "campaign", "--json").json
    assert (made["for"], made["key"], made["via"]) == ("purpose", "campaign", ["sms"])
    assert ready("send", "spring", *PEOPLE, "--dry-run").json["via"] == ["sms"]
    assert ready("send", "spring", *PEOPLE, "--yes").json["via"] == ["sms"]
    assert "Via: sms\n" in ready("send", "spring", "--from", "crm", "--dry-run").out


def test_routes_are_listed_as_the_manual_says_and_taken_away(ready):
    ready("route", "set", "sms")
    listed = ready("route", "list", "--json").json
    assert keys(listed) == keys(shown("hub route list"))
    assert listed[0]["key"] is None
    assert "default" in ready("route", "list").out
    assert ready("route", "remove").code == 0
    again = ready("route", "remove")
    assert (again.code, "There is no such route." in again.err) == (1, True)
    actions = [row["action"] for row in ready("audit", "list", "--json").json]
    assert {"route.set", "route.removed"} <= set(actions)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("crm",), 1, '"crm" is no gateway.'),
        (("sms", "--template", "nothing"), 1, "nothing"),
        (("sms", "--site", "nowhere"), 1, 'There is no site "nowhere".'),
        (("sms", "--template", "spring", "--purpose", "campaign"), 2, "Give one of --template"),
    ],
)
def test_a_route_for_nothing_is_refused(ready, words, code, told):
    end = ready("route", "set", *words)
    assert (end.code, told in end.err) == (code, True)


def test_a_message_may_be_ordered_for_later(ready):
    order = ("--via", "sms", "--yes", "--at", "2099-01-01T10:00")
    states = ready("send", "spring", *PEOPLE, *order).json["states"]
    assert states["held"] > 0
    assert "queued" not in states


def test_counted_links_are_told_with_their_send(ready):
    ready("send", "spring", *PEOPLE, "--via", "sms", "--yes")
    (link,) = ready("sends", "show", "1", "--json").json["links"]
    assert (link["url"], link["fetched"]) == ("https://shop.example.jp/", 0)
    assert link["carried"] > 0


def test_rates_are_told_by_gateway(ready, here):
    assert ready("rates").out == "Nothing left within that time.\n"
    ready("send", "spring", *PEOPLE, "--via", "sms", "--yes")
    from .test_sends import one_fails

    hub = here()
    id_ = one_fails(hub, "quota")
    with hub.database.write() as tx:
        tx.exec_driver_sql(f"UPDATE message SET marked_at = created_at WHERE id = {id_}")
    (rate,) = ready("rates", "--json").json
    assert (rate["gateway"], rate["states"], rate["reasons"]) == (
        "sms",
        {"rejected": 1},
        {"quota": 1},
    )
    assert keys([rate]) == keys(shown("hub rates"))
    assert "The gateway's limit is reached." in ready("rates", "--by", "template").out
