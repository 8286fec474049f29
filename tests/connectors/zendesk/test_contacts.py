# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading end users, and tickets by their requester."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.zendesk.contacts import ZendeskContacts
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import AGENT, AGREED, REFUSED, user_id
from hub.sdk import Answer, ConfigError, Connection, Page, Ref, SourceContact, TransientError
from hub.testing.clock import SandboxClock
from hub.testing.roster import Verdict, first

Connect = Callable[..., Connection]


def consented() -> Ref:
    """A user of the sandbox who agreed."""
    one = first(1200, Verdict.CONSENTED, zendesk=True)
    assert one is not None
    return Ref("user", str(user_id(one.index)))


def all_pages(source: ZendeskContacts, cursor: str | None = None) -> list[Page[SourceContact]]:
    """Every page from this cursor on."""
    pages = [source.changed(cursor)]
    while not pages[-1].done:
        pages.append(source.changed(pages[-1].cursor))
    return pages


def test_agents_are_no_customers(connect: Connect) -> None:
    source = ZendeskContacts(connect())
    pages = all_pages(source)
    agent = Ref("user", str(AGENT))

    assert all(item.ref != agent for page in pages for item in page.items)
    assert source.get([agent])[agent] is None


def test_a_change_is_found_from_the_kept_cursor_once_it_is_a_minute_old(
    connect: Connect, zendesk: ZendeskSandbox, clock: SandboxClock
) -> None:
    source = ZendeskContacts(connect())
    cursor = all_pages(source)[-1].cursor
    zendesk.edit(consented().id, sms_opt_out=True)

    newest = source.changed(cursor)
    assert newest.items == []
    assert newest.done
    clock.advance(120)
    (item,) = source.changed(newest.cursor).items
    assert item.ref == consented()
    assert item.opt_out is not None
    assert item.opt_out.out


@pytest.mark.parametrize("for_good", [False, True])
def test_a_deleted_user_is_told_as_gone(
    connect: Connect, zendesk: ZendeskSandbox, clock: SandboxClock, for_good: bool
) -> None:
    source = ZendeskContacts(connect())
    cursor = all_pages(source)[-1].cursor
    zendesk.delete(consented().id, for_good=for_good)
    clock.advance(120)

    page = source.changed(cursor)
    assert consented() in page.gone
    assert all(item.ref != consented() for item in page.items)
    assert source.get([consented()])[consented()] is None


def test_a_suspended_user_counts_as_gone_until_that_ends(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    source = ZendeskContacts(connect())
    zendesk.edit(consented().id, suspended=True)
    assert source.get([consented()])[consented()] is None

    zendesk.edit(consented().id, suspended=False)
    assert source.get([consented()])[consented()] is not None


def test_a_date_beside_a_consent_is_a_japanese_day(connect: Connect) -> None:
    source = ZendeskContacts(connect())
    found = source.get([consented()])[consented()]
    one = first(1200, Verdict.CONSENTED, zendesk=True)

    assert found is not None
    assert one is not None
    assert one.consented_at is not None
    (consent,) = found.consents
    assert consent.answer is Answer.YES
    assert consent.at is not None
    assert consent.wording == one.wording
    assert timedelta(0) <= one.consented_at - consent.at < timedelta(days=1)


def test_a_ticket_is_its_requester_and_vouches_for_nothing(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    source = ZendeskContacts(connect())
    one = first(1200, Verdict.CONSENTED, zendesk=True)
    assert one is not None
    ticket = Ref("ticket", str(zendesk.ticket_of(one.index)))
    nowhere = Ref("ticket", "999999999")

    found = source.get([ticket, consented(), nowhere])

    requester, user = found[ticket], found[consented()]
    assert found[nowhere] is None
    assert requester is not None
    assert user is not None
    assert (requester.ref, requester.number, requester.name) == (ticket, user.number, user.name)
    assert requester.consents == ()
    assert requester.opt_out is None
    assert requester.version is None


def test_a_vanished_field_suspends_and_is_no_withdrawal(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    zendesk.lose_field("sms_consent")

    with pytest.raises(ConfigError) as caught:
        ZendeskContacts(connect()).changed(None)
    assert caught.value.key == "mapping.consent"
    assert caught.value.words.en.startswith("connections.desk.mapping.consent: users have no")


def test_a_renamed_option_suspends_and_is_no_withdrawal(connect: Connect) -> None:
    with pytest.raises(ConfigError) as caught:
        ZendeskContacts(connect({"consent_yes": ["同意する"]})).changed(None)

    assert caught.value.key == "mapping.consent"
    assert "consent_yes" in caught.value.words.ja


def test_tags_can_be_the_opt_out(connect: Connect, zendesk: ZendeskSandbox) -> None:
    mapping = {"opt_out": "tags", "opt_out_value": ["sms_stop"], "opt_out_at": None}
    zendesk.tag(consented().id, ["vip", "sms_stop"])

    found = ZendeskContacts(connect(mapping)).get([consented()])[consented()]

    assert found is not None
    assert found.opt_out is not None
    assert found.opt_out.out
    assert found.opt_out.value == "sms_stop"


def test_a_field_is_named_with_or_without_its_prefix(connect: Connect) -> None:
    plain = ZendeskContacts(connect()).get([consented()])
    longer = ZendeskContacts(connect({"consent": "user_fields.sms_consent"})).get([consented()])

    assert plain == longer


def test_a_shared_number_is_no_direct_line(connect: Connect) -> None:
    source = ZendeskContacts(connect({"phone": "direct_phone"}))
    everyone = {item.ref.id: item.number for page in all_pages(source) for item in page.items}

    assert everyone[str(user_id(7))] == ""
    assert everyone[consented().id]


def test_a_number_can_come_from_the_identities(connect: Connect) -> None:
    source = ZendeskContacts(connect({"phone": "phone_identity"}))
    whole = {item.ref: item.number for page in all_pages(source) for item in page.items}

    assert len(whole) == 1200
    assert whole[consented()]
    again = source.get([consented()])[consented()]
    assert again is not None
    assert again.number == whole[consented()]


def test_a_cursor_that_zendesk_takes_no_more_reads_everything_anew(connect: Connect) -> None:
    source = ZendeskContacts(connect())
    cursor = source.changed(None).cursor
    assert cursor is not None
    spoilt = cursor.replace('"after":"', '"after":"!!')

    assert source.changed(spoilt).items


def test_the_export_s_own_limit_is_passed_on_and_the_pull_goes_on_later(
    connect: Connect, clock: SandboxClock
) -> None:
    source = ZendeskContacts(connect())
    for _ in range(10):
        source.changed(None)
    with pytest.raises(TransientError) as caught:
        source.changed(None)

    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 60
    clock.advance(60)
    assert source.changed(None).items


def test_the_fields_are_offered_by_key_with_their_options(connect: Connect) -> None:
    fields = {field.code: field for field in ZendeskContacts(connect()).fields()}

    assert fields["sms_consent"].options == (AGREED, REFUSED)
    assert fields["sms_opt_out"].options == ("true",)
    assert (fields["phone"].kind, fields["phone"].writable) == ("phone", False)


def test_odd_ids_are_nobody(connect: Connect) -> None:
    odd: list[Any] = [Ref("user", "x"), Ref("user", "-1"), Ref("ticket", "१"), Ref("lead", "1")]

    assert ZendeskContacts(connect()).get(odd) == dict.fromkeys(odd)
