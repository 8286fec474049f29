"""A ticket's requester asked for an SMS: to which of their numbers, and what follows from it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.sandbox_gateway.sandbox import PhoneSandbox
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import second_mobile, user_id
from hub.consent.entry import PROMOTIONAL
from hub.events.handle import handle_due
from hub.factory import Hub
from hub.messages import dispatch
from hub.optout import act
from hub.optout.pushes import push_open
from hub.store import events, people
from hub.testing.roster import person
from hub.values.event import Event
from hub.values.ref import Ref

from .conftest import SENDER, _toml

TWO = 28
"""The person of the roster with two mobiles."""
MAPPED, OTHER = str(person(TWO).e164), str(second_mobile(TWO))
WORDS = ("--from", "desk", "--via", "sms")


@pytest.fixture
def desk() -> Iterator[ZendeskSandbox]:
    """A Zendesk with a ticket of each person."""
    with ZendeskSandbox(people=40, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def ready(
    run,
    desk: ZendeskSandbox,
    phone: PhoneSandbox,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """The commands on a hub with a Zendesk that was never read, and a service template."""
    settings = desk.connection_settings()
    mapping = settings.pop("mapping")
    monkeypatch.setenv("DESK_SECRET", settings.pop("client_secret"))
    monkeypatch.setenv("DESK_HOOK", settings.pop("webhook_secret"))
    monkeypatch.setenv("SMS_KEY", phone.api_key)
    monkeypatch.setenv("HUB_REDIS_URL", redis_url)
    for name, value in SENDER.items():
        monkeypatch.setenv(name, value)
    lines = [
        '[plugins]\nload = ["zendesk", "sandbox_gateway"]',
        '[connections.desk]\nplugin = "zendesk"\nlabel = "窓口"',
        'client_secret = { env = "DESK_SECRET" }\nwebhook_secret = { env = "DESK_HOOK" }',
        *(f"{key} = {_toml(value)}" for key, value in settings.items()),
        "[connections.desk.mapping]",
        *(f"{key} = {_toml(value)}" for key, value in mapping.items()),
        '[connections.sms]\nplugin = "sandbox_gateway"\nlabel = "SMS"',
        f'base_url = "{phone.base_url}"\napi_key = {{ env = "SMS_KEY" }}\n',
    ]
    (tmp_path / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
    for key, kind in (("campaign", "promotional"), ("answers", "transactional")):
        words = ("--class", kind, "--label", "連絡", "--text", "SMSでお送りします。")
        assert run("consent", "purpose", "add", key, *words).code == 0
    for key, purpose, text in (
        ("call", "answers", "{{name}}様 お電話します。優先度{{priority}}"),
        ("ad", "campaign", "{{sender_name}}です。配信停止 {{opt_out_url}}"),
    ):
        file = tmp_path / f"{key}.txt"
        file.write_text(text, encoding="utf-8")
        words = ("--purpose", purpose, "--label", key, "--file", str(file))
        assert run("template", "add", key, *words).code == 0
    return run


@pytest.fixture
def ticket(desk: ZendeskSandbox) -> str:
    number = desk.ticket_of(TWO)
    desk._by_hand(_urgent(number), {})
    return f"ticket:{number}"


def _urgent(number: int) -> Callable[..., dict[str, object]]:
    from connectors.zendesk.sandbox import ticketcalls

    return lambda asked: ticketcalls.changed(asked, number, {"priority": "high"})


def drain(hub: Hub) -> None:
    """Send what is due."""
    dispatch.drain(
        hub.database,
        hub.cipher,
        hub.senders,
        hub.connections,
        hub.bells,
        hub.clock,
        hub.connections.row("sms").id,
        "test",
        hub.clock() + timedelta(seconds=30),
        policy=hub.policy,
    )


def texts(phone: PhoneSandbox, number: str) -> list[str]:
    """What a phone got."""
    return [message.text for message in phone.messages if message.number == number]


def rows(hub: Hub, sql: str) -> list[tuple[object, ...]]:
    with hub.database.read() as tx:
        return [tuple(row) for row in tx.exec_driver_sql(sql)]


def test_a_dry_run_offers_the_persons_numbers_masked_and_stores_nothing(ready, ticket, here):
    told = ready("send", "call", *WORDS, "--record", ticket, "--asked", "--dry-run")
    assert told.code == 0
    assert f"->  0{MAPPED[3:5]}****{MAPPED[-4:]}  mapped" in told.out
    assert f"0{OTHER[3:5]}****{OTHER[-4:]}  another of the person's own" in told.out
    assert MAPPED[3:] not in told.out + told.err
    assert OTHER[3:] not in told.out + told.err
    assert rows(here(), "SELECT count(*) FROM link") == [(0,)]


def test_a_dry_run_says_which_number_is_meant_as_json(ready, ticket):
    words = ("--asked", "--number", OTHER[-4:], "--dry-run", "--json")
    told = ready("send", "call", *WORDS, "--record", ticket, *words).json
    assert [(each["kind"], each["mapped"], each["chosen"]) for each in told["numbers"]] == [
        ("primary", True, False),
        ("identity", False, True),
    ]
    assert told["dry_run"]
    assert "〈name〉様" in told["sample"]


def test_an_agent_chooses_another_number_of_a_requester_the_hub_never_met(
    ready, ticket, here, phone
):
    told = ready("send", "call", *WORDS, "--record", ticket, "--asked", "--number", OTHER[-4:])
    assert told.code == 0
    assert f"To 0{OTHER[3:5]}****{OTHER[-4:]}" in told.out
    drain(here())
    assert texts(phone, OTHER) == [f"{person(TWO).name}様 お電話します。優先度high"]
    assert texts(phone, MAPPED) == []
    assert rows(here(), "SELECT ground, source_ref, source_field FROM evidence") == [
        ("not_advertising", ticket, "asked")
    ]
    assert ("message.asked",) in rows(here(), "SELECT action FROM audit")


def test_without_a_choice_it_goes_to_the_mapped_number(ready, ticket, here, phone):
    assert ready("send", "call", *WORDS, "--record", ticket, "--asked").code == 0
    drain(here())
    assert len(texts(phone, MAPPED)) == 1


def test_the_same_key_writes_one_ground_and_sends_once(ready, ticket, here, phone):
    words = ("--record", ticket, "--asked", "--key", "once")
    ready("send", "call", *WORDS, *words)
    again = ready("send", "call", *WORDS, *words, "--json").json
    assert again["already"]
    drain(here())
    assert len(texts(phone, MAPPED)) == 1
    assert rows(here(), "SELECT count(*) FROM evidence") == [(1,)]


def test_nobody_can_be_texted_at_a_number_that_is_not_theirs(ready, ticket, here):
    told = ready("send", "call", *WORDS, "--record", ticket, "--asked", "--number", "09099998888")
    assert told.code == 1
    assert "none of the person's own" in told.err
    assert f"****{OTHER[-4:]}" in told.out
    assert rows(here(), "SELECT count(*) FROM evidence") == [(0,)]


def test_advertising_is_never_asked_for_in_a_ticket(ready, ticket, here):
    told = ready("send", "ad", *WORDS, "--record", ticket, "--asked")
    assert told.code == 1
    assert "--asked is for service messages" in told.err
    assert rows(here(), "SELECT count(*) FROM send") == [(0,)]


def test_a_choice_needs_that_somebody_asked(ready, ticket):
    assert ready("send", "call", *WORDS, "--record", ticket, "--number", "4444").code == 2
    assert ready("send", "call", *WORDS, "--asked").code == 2


def test_a_ticket_that_is_not_there_is_told(ready):
    told = ready("send", "call", *WORDS, "--record", "ticket:99999", "--asked")
    assert told.code == 1
    assert "is gone from the platform" in told.err


def test_a_tickets_field_names_the_number_and_an_opt_out_by_it_reaches_the_user(
    ready, desk, ticket, here, phone
):
    rule = ("--on", "ticket_sms_requested", "--template", "call", "--via", "sms")
    assert ready("rule", "add", "desk", *rule, "--where", "priority=high").code == 0
    desk.ask_for_sms(ticket.removeprefix("ticket:"), number=OTHER)
    hub = here()
    desk_id = hub.connections.row("desk").id
    with hub.database.write() as tx:
        told = Event(id="e1", type="ticket_sms_requested", ref=Ref.parse(ticket))
        events.store(tx, desk_id, [told], hub.clock())
    handle_due(hub.database, hub.cipher, hub.connections, hub.bells, hub.clock, hub.outbox)
    drain(hub)
    assert len(texts(phone, OTHER)) == 1

    with hub.database.write() as tx:
        contact_id = people.find_contact(tx, hub.cipher.lookups(OTHER))
        act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact_id,
            scope=PROMOTIONAL,
            origin="reply",
            actor="gateway:sms",
            occurred_at=hub.clock(),
            now=hub.clock(),
            sink_connections=hub.connections.with_role("opt_out_sink"),
        )
    push_open(hub.database, hub.connections, hub.clock)
    assert desk.user(user_id(TWO))["user_fields"]["sms_opt_out"] is True
    assert rows(hub, "SELECT ref, state FROM opt_out_push") == [(f"user:{user_id(TWO)}", "done")]
