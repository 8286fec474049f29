# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a user, and how a mapping names them and their options."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.approval import check_mapping
from connectors.zendesk.fields import UserField, read_form, source_fields
from hub.sdk import ConfigError, Connection, FieldMapping

DESK = Connection(name="desk", plugin="zendesk", label="窓口", settings={})


def definition(key: str, type_: str = "text", *names: str, **more: Any) -> dict[str, Any]:
    options = [{"name": name, "value": f"{key}_{at}"} for at, name in enumerate(names)]
    return {"key": key, "type": type_, "title": key, "custom_field_options": options} | more


def dropdown(*names: str) -> UserField:
    return read_form([definition("sms", "dropdown", *names)]).fields["sms"]


def test_an_option_is_named_by_what_people_see_or_by_its_tag() -> None:
    field = dropdown("許諾する", "許諾しない")

    assert field.values(["許諾する"]) == field.values(["sms_0"]) == {"sms_0"}
    assert field.knows(["許諾する", "sms_1"])
    assert not field.knows(["同意する"])


def test_options_of_one_name_are_told_apart_by_their_tags() -> None:
    field = dropdown("はい", "はい", "いいえ")

    assert field.shown() == ("sms_0", "sms_1", "いいえ")
    assert not field.knows(["はい"])


NAMES = st.text(min_size=1) | st.sampled_from(["sms_0", "sms_1", "sms_2"])


@given(names=st.lists(NAMES, min_size=1))
def test_every_option_that_is_offered_can_be_chosen(names: list[str]) -> None:
    field = dropdown(*names)

    assert field.knows(field.shown())
    assert len(field.values(field.shown())) == len(names)


def test_a_user_field_with_a_built_in_s_key_has_a_prefix() -> None:
    form = read_form([definition("phone")])
    built_in, own = form.find("phone"), form.find("user_fields.phone")

    assert built_in is not None
    assert own is not None
    assert (built_in.custom, own.custom) == (None, "phone")
    assert {"phone", "user_fields.phone"} <= {each.code for each in source_fields(form)}


def test_a_deactivated_field_is_none() -> None:
    assert read_form([definition("sms", active=False)]).find("sms") is None


@pytest.mark.parametrize("body", [[{}], [None], [{"key": "x"}], ["x"]])
def test_what_is_no_definition_is_refused(body: Any) -> None:
    with pytest.raises(ValueError, match="no user fields"):
        read_form(body)


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ({"phone": "gone"}, "mapping.phone"),
        ({"phone": "tags"}, "mapping.phone"),
        ({"consent": "box", "consent_yes": ["ja"]}, "mapping.consent"),
        ({"consent": "box"}, "mapping.consent_yes"),
        ({"consent": "day", "consent_yes": ["true"]}, "mapping.consent"),
        ({"consent_at": "box"}, "mapping.consent_at"),
        ({"attributes": {"store": "gone"}}, "mapping.attributes.store"),
    ],
)
def test_a_mapping_that_does_not_fit_names_its_key(mapping: dict[str, Any], key: str) -> None:
    form = read_form([definition("box", "checkbox"), definition("day", "date")])

    with pytest.raises(ConfigError) as caught:
        check_mapping(form, FieldMapping(**{"phone": "phone"} | mapping), DESK)
    assert caught.value.key == key
    assert caught.value.words.en.startswith(f"connections.desk.{key}: ")


def ticket_field(id_: int, type_: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "type": type_, "title": "SMSの宛先番号"} | more


def test_fields_of_tickets_are_offered_for_what_is_told_of_a_ticket() -> None:
    form = read_form([], [ticket_field(7, "text"), ticket_field(8, "subject")])
    offered = {field.code: field.label for field in source_fields(form)}

    assert offered["ticket.7"] == "チケット: SMSの宛先番号"
    assert "ticket.priority" in offered
    assert "ticket.8" not in offered
    mapping = FieldMapping(
        phone="phone", number_choice="ticket.7", attributes={"how_urgent": "ticket.priority"}
    )
    check_mapping(form, mapping, DESK)


@pytest.mark.parametrize(
    ("mapped", "key"),
    [
        ({"phone": "ticket.7"}, "mapping.phone"),
        ({"phone": "phone", "name": "ticket.7"}, "mapping.name"),
        ({"phone": "phone", "number_choice": "phone"}, "mapping.number_choice"),
        ({"phone": "phone", "number_choice": "ticket.9"}, "mapping.number_choice"),
        ({"phone": "phone", "number_choice": "ticket.404"}, "mapping.number_choice"),
        ({"phone": "phone", "attributes": {"x": "ticket.404"}}, "mapping.attributes.x"),
    ],
)
def test_a_field_of_the_wrong_record_or_type_is_told(mapped: dict[str, Any], key: str) -> None:
    form = read_form([], [ticket_field(7, "text"), ticket_field(9, "checkbox")])

    with pytest.raises(ConfigError) as caught:
        check_mapping(form, FieldMapping(**mapped), DESK)
    assert caught.value.key == key
