# SPDX-License-Identifier: GPL-3.0-or-later
"""A ticket as the record that stands for its requester: their numbers, and its own fields."""

from collections.abc import Callable

import pytest

from connectors.zendesk.contacts import ZendeskContacts
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.fields import NUMBER_FIELD
from connectors.zendesk.sandbox.people import second_mobile, user_id
from hub.sdk import Connection, NumberKind, Ref, SourceContact, TransientError
from hub.testing.roster import person

Connect = Callable[..., Connection]
TWO = 28
"""The person with two mobiles."""
SHARING = 7


def ticket(zendesk: ZendeskSandbox, index: int) -> Ref:
    return Ref("ticket", str(zendesk.ticket_of(index)))


def read(connect: Connect, ref: Ref, **mapping: object) -> SourceContact:
    found = ZendeskContacts(connect(mapping)).get([ref])[ref]
    assert found is not None
    return found


def numbers(contact: SourceContact) -> list[tuple[str, NumberKind]]:
    return [(each.number, each.kind) for each in contact.further]


def test_all_numbers_of_the_requester_are_told(connect: Connect, zendesk: ZendeskSandbox) -> None:
    found = read(connect, ticket(zendesk, TWO))

    assert found.person == Ref("user", str(user_id(TWO)))
    assert numbers(found) == [
        (person(TWO).typed, NumberKind.PRIMARY),
        (person(TWO).e164, NumberKind.IDENTITY),
        (second_mobile(TWO), NumberKind.IDENTITY),
    ]
    assert str(second_mobile(TWO)) not in repr(found)


def test_a_number_that_several_share_is_told_as_shared(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    assert numbers(read(connect, ticket(zendesk, SHARING))) == [
        (person(SHARING).typed, NumberKind.SHARED)
    ]


def test_without_identities_beside_users_the_others_are_told(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    zendesk.side_loads(False)

    assert numbers(read(connect, ticket(zendesk, TWO))) == [(person(TWO).typed, NumberKind.PRIMARY)]


def test_a_number_that_is_mapped_to_the_identities_cannot_do_without_them(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    zendesk.side_loads(False)

    with pytest.raises(TransientError):
        read(connect, ticket(zendesk, TWO), phone="phone_identity")


def test_the_field_of_the_ticket_says_which_number_is_meant(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    zendesk.ask_for_sms(ticket(zendesk, TWO).id, number="1234")

    assert read(connect, ticket(zendesk, TWO)).choice == "1234"
    assert read(connect, ticket(zendesk, SHARING)).choice == ""


def test_attributes_can_be_fields_of_the_ticket(connect: Connect, zendesk: ZendeskSandbox) -> None:
    ref = ticket(zendesk, TWO)
    zendesk.ask_for_sms(ref.id, number="1234")
    mapped = {
        "store": "store",
        "status": "ticket.status",
        "channel": "ticket.channel",
        "number": f"ticket.{NUMBER_FIELD}",
    }
    found = read(connect, ref, attributes=mapped)

    assert found.attributes["status"] == zendesk.ticket(ref.id)["status"]
    assert found.attributes["channel"] == "email"
    assert found.attributes["number"] == "1234"
    assert found.attributes["store"] == person(TWO).store
    assert read(connect, Ref("user", str(user_id(TWO))), attributes=mapped).attributes == {
        "store": person(TWO).store,
        "status": "",
        "channel": "",
        "number": "",
    }
