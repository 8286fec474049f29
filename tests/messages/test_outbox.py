from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.optout import tokens
from hub.sdk import Answer, ConfigError, FieldMapping
from hub.store import messages

from .doubles import Gateway
from .house import BODY


def text_of(house, message_id):
    with house.db.read() as tx:
        return messages.bodies(tx, house.cipher, [message_id])[message_id]


def test_a_send_makes_one_message_for_each_number_that_agreed(make_house):
    house = make_house(3)
    house.platform.say(2, Answer.NO)
    result = house.create()
    assert dict(result.states) == {"queued": 2, "refused": 1}
    assert dict(result.reasons) == {"suppressed_purpose": 1}
    assert result.segments == 2
    assert house.states() == ["queued", "refused", "queued"]


def test_every_message_names_its_evidence_and_carries_a_link_of_its_own(make_house):
    house = make_house(2)
    house.create()
    first, second = house.rows()
    assert first.evidence_id
    assert second.evidence_id
    text = text_of(house, first.id)
    assert text.startswith("佐藤様 セールのお知らせ 株式会社ハブ 配信停止:http://localhost:8000/o/")
    with house.db.read() as tx:
        found = tokens.find(tx, text.rpartition("/")[2])
    assert (found.contact_id, found.message_id) == (first.contact_id, first.id)
    assert text != text_of(house, second.id)


def test_a_refused_message_keeps_no_text(make_house):
    house = make_house(1)
    house.opt_out(house.contact_id(1))
    house.create()
    (row,) = house.rows()
    assert (row.state, row.reason) == ("refused", "suppressed_promotional")
    with house.db.read() as tx:
        assert messages.bodies(tx, house.cipher, [row.id]) == {}


def test_the_same_order_again_is_the_same_send(make_house):
    house = make_house(2)
    first = house.create()
    again = house.create()
    assert (again.send_id, again.already) == (first.send_id, True)
    assert len(house.rows()) == 2


def test_two_people_on_one_number_get_one_sms(make_house):
    house = make_house(2, prepare=False)
    one, two = house.platform.people.values()
    house.platform.people[two.ref] = type(two)(**{**vars(two), "number": one.number})
    house.prepare()
    assert dict(house.create().states) == {"queued": 1}
    assert dict(house.outbox.preview(house.order("other")).states) == {"queued": 1}


def test_a_dry_run_says_the_same_and_stores_nothing(make_house):
    house = make_house(3)
    house.opt_out(house.contact_id(2))
    dry = house.outbox.preview(house.order())
    assert (dry.send_id, house.rows()) == (None, [])
    real = house.create()
    assert (dict(dry.states), dict(dry.reasons)) == (dict(real.states), dict(real.reasons))
    assert dry.segments == real.segments


def test_records_are_read_again_before_an_advertising_send_starts(make_house):
    house = make_house(2)
    house.platform.reads = 0
    house.platform.say(1, Answer.NO)
    assert dict(house.create().reasons) == {"suppressed_purpose": 1}
    assert house.platform.reads == 2


def test_a_platform_that_cannot_be_read_holds_its_messages_visibly(make_house, clock):
    house = make_house(1)
    clock.advance(3600)
    house.platform.away = True
    assert dict(house.create().reasons) == {"source_stale": 1}
    assert house.states() == ["held"]


def test_a_missing_value_concerns_its_recipient_alone(make_house):
    house = make_house(2, prepare=False)
    first = next(iter(house.platform.people.values()))
    house.platform.people[first.ref] = type(first)(**{**vars(first), "name": ""})
    house.prepare()
    result = house.create()
    assert dict(result.states) == {"refused": 1, "queued": 1}
    assert dict(result.reasons) == {"merge_field_empty": 1}


def test_a_character_the_gateway_has_not_is_never_replaced_silently(make_house):
    house = make_house(1, gateway=Gateway(unsupported="佐"))
    assert dict(house.create().reasons) == {"unsupported_character": 1}


def test_a_text_too_long_for_the_gateway_is_refused(make_house):
    body = "{{name}}{{sender_name}} 配信停止:{{opt_out_url}}" + "あ" * 650
    house = make_house(1, body=body)
    assert dict(house.create().reasons) == {"too_long": 1}


def test_a_field_these_recipients_do_not_have_is_refused_before_anything_is_made(make_house):
    house = make_house(1, body="{{store}} {{sender_name}} 配信停止:{{opt_out_url}}")
    with house.db.write() as tx:
        house.connection(tx, "crm", "platform", FieldMapping(phone="tel"))
    with pytest.raises(ConfigError, match='the field "store"'):
        house.create()


def test_a_send_for_later_is_held_until_then(make_house, clock):
    house = make_house(1)
    house.create(not_before=clock() + timedelta(hours=1))
    (row,) = house.rows()
    assert (row.state, row.reason) == ("held", "not_before")
    assert row.due_at == clock() + timedelta(hours=1)


def test_a_send_that_was_begun_goes_on_where_it_was_and_takes_no_other_text(make_house):
    house = make_house(2)
    house.create()
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE send SET state = 'building'"))
    assert dict(house.create().states) == {"queued": 2}, "nobody gets a second one"
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE send SET state = 'building'"))
    house.publish(BODY + "!")
    with pytest.raises(ConfigError, match="another template"):
        house.create()


def test_an_agents_sms_goes_to_the_number_of_its_record(make_house):
    house = make_house(2)
    house.platform.reads = 0
    result = house.single(2)
    assert (result.state, result.already) == ("queued", False)
    (row,) = house.rows()
    assert (row.priority, row.contact_id) == (0, house.contact_id(2))
    assert house.platform.reads == 1, "its own record was read again"


def test_an_agents_sms_ordered_twice_is_one(make_house):
    house = make_house(1)
    first = house.single(1)
    again = house.single(1)
    assert (again.message_id, again.already) == (first.message_id, True)


def test_an_sms_to_a_record_that_is_gone_is_refused(make_house):
    house = make_house(1)
    house.platform.people.clear()
    result = house.single(1)
    assert (result.message_id, result.state, result.reason) == (None, "refused", "record_gone")
