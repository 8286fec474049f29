import pytest
import sqlalchemy as sa

from hub.consent.keywords import Vocabulary, bare
from hub.messages.replies import Listening
from hub.sdk import Answer, Ref, Reply
from hub.store import replies
from hub.store.tables.messages import reply

from .house import numbers

NUMBER = "+81" + numbers(1)[0][1:]


def outcomes(house):
    with house.db.read() as tx:
        return replies.outcomes(tx, house.gateway_id)


@pytest.mark.parametrize("text", ["STOP", "配信停止", "ｽﾄｯﾌﾟ", " stop. "])
def test_a_stop_word_and_nothing_else_opts_out(make_house, text):
    house = make_house(1)
    taken = house.reply(Reply(id="1", number=NUMBER, text=text))
    assert vars(taken) == {"new": 1, "repeated": 0, "opted_out": 1}
    assert dict(house.create().reasons) == {"suppressed_promotional": 1}


def test_start_takes_a_stop_back_and_the_platform_is_told(make_house):
    house = make_house(1)
    house.reply(Reply(id="1", number=NUMBER, text="STOP"))
    house.clock.advance(60)
    house.reply(Reply(id="2", number=NUMBER, text="再開"))
    assert house.create().states == {"queued": 1}
    with house.db.read() as tx:
        assert tx.exec_driver_sql("SELECT change, state FROM opt_out_push").all()


def test_a_start_that_is_older_than_the_stop_takes_nothing_back(make_house):
    house = make_house(1)
    before = house.clock()
    house.clock.advance(60)
    house.reply(Reply(id="1", number=NUMBER, text="STOP"))
    house.reply(Reply(id="2", number=NUMBER, text="START", at=before))
    assert dict(house.create().reasons) == {"suppressed_promotional": 1}


def test_the_same_reply_again_does_nothing(make_house):
    house = make_house(1)
    said = Reply(id="1", number=NUMBER, text="STOP")
    house.reply(said)
    assert vars(house.reply(said)) == {"new": 0, "repeated": 1, "opted_out": 0}


def test_a_text_that_only_holds_a_stop_word_is_kept_for_people(make_house):
    house = make_house(1)
    taken = house.reply(Reply(id="1", number=NUMBER, text="配信停止の方法を教えてください"))
    assert taken.opted_out == 0
    assert outcomes(house) == {"near_stop": 1}


def test_any_other_text_is_kept_encrypted(make_house):
    house = make_house(1)
    house.reply(Reply(id="1", number=NUMBER, text="ありがとう"))
    assert outcomes(house) == {"kept": 1}
    with house.db.read() as tx:
        row = tx.execute(sa.select(reply)).one()
    assert "ありがとう".encode() not in row.text_enc
    context = replies.context(house.gateway_id, "1")
    assert house.cipher.decrypt(row.text_enc, context) == "ありがとう"
    assert row.contact_id == house.contact_id(1)


def test_somebody_the_hub_never_heard_of_can_say_stop_too(make_house):
    house = make_house(1, prepare=False)
    house.reply(Reply(id="1", number=numbers(1)[0], text="STOP"))
    house.prepare()
    assert dict(house.create().reasons) == {"suppressed_promotional": 1}


def test_a_stop_the_gateway_acted_on_itself_counts(make_house):
    house = make_house(1)
    house.reply(Reply(id="1", number=NUMBER, text="パス", handled_as="stop"))
    assert dict(house.create().reasons) == {"suppressed_promotional": 1}


def test_a_reply_from_a_number_that_is_none_is_kept(make_house):
    house = make_house(0)
    assert house.reply(Reply(id="1", number="55555", text="STOP")).new == 1


def test_a_deployments_own_word_is_a_stop_and_one_it_took_out_is_none(make_house):
    house = make_house(1)
    words = Vocabulary(extra=frozenset({bare("キャンセル")}), without=frozenset({"cancel"}))
    listening = Listening(vocabulary=words)
    house.reply(Reply(id="1", number=NUMBER, text="CANCEL"), listening=listening)
    assert outcomes(house) == {"kept": 1}
    taken = house.reply(Reply(id="2", number=NUMBER, text="ｷｬﾝｾﾙ。"), listening=listening)
    assert taken.opted_out == 1


def sent(house):
    house.create()
    house.drain()
    house.push_notes()
    house.platform.notes.clear()


def test_a_reply_goes_to_the_record_the_last_sms_was_sent_for(make_house):
    house = make_house(1)
    sent(house)
    house.reply(Reply(id="1", number=NUMBER, text="明日行きます"))
    house.reply(Reply(id="2", number=NUMBER, text="2名です"))
    house.push_notes()
    told = list(house.platform.notes.values())
    assert [each.ref for each in told] == [Ref("12", "1")] * 2
    assert [each.text for each in told] == [
        "SMSに返信がありました(セール)。\n明日行きます",
        "SMSに返信がありました(セール)。\n2名です",
    ]
    assert {each.state for each in told} == {"replied"}
    assert len({each.thread for each in told}) == 2


def test_a_reply_that_comes_twice_is_told_once(make_house):
    house = make_house(1)
    sent(house)
    said = Reply(id="1", number=NUMBER, text="明日行きます")
    house.reply(said)
    house.reply(said)
    house.push_notes()
    assert len(house.platform.notes) == 1


def test_a_reply_long_after_the_last_sms_answers_none(make_house, clock):
    house = make_house(1)
    sent(house)
    clock.advance(15 * 86400)
    house.reply(Reply(id="1", number=NUMBER, text="明日行きます"))
    house.push_notes()
    assert house.platform.notes == {}


def test_a_stop_is_told_as_an_opt_out_and_not_as_a_note(make_house):
    house = make_house(1)
    sent(house)
    house.reply(Reply(id="1", number=NUMBER, text="STOP"))
    house.push_notes()
    assert house.platform.notes == {}
    with house.db.read() as tx:
        row = tx.exec_driver_sql("SELECT message_id FROM exclusion").one()
    assert row.message_id == house.rows()[0].id


def test_a_reply_whose_text_was_erased_before_it_was_told_is_told_without(make_house):
    house = make_house(1)
    sent(house)
    house.reply(Reply(id="1", number=NUMBER, text="明日行きます"))
    with house.db.write() as tx:
        tx.execute(sa.update(reply).values(text_enc=None))
    house.push_notes()
    (told,) = house.platform.notes.values()
    assert told.text == "SMSに返信がありました(セール)。\n(本文は消去済み)"


def test_nothing_is_answered_by_sms(make_house):
    house = make_house(1)
    for place, text in enumerate(("STOP", "START", "HELP", "こんにちは")):
        house.reply(Reply(id=str(place), number=NUMBER, text=text))
    house.drain()
    assert house.gateway.posts == []


def test_start_makes_no_consent_that_was_not_there(make_house):
    house = make_house(1)
    house.platform.say(1, Answer.NO)
    house.pull()
    house.reply(Reply(id="1", number=NUMBER, text="START"))
    assert house.create().states == {"refused": 1}


def test_what_start_takes_back_is_on_record(make_house, clock):
    house = make_house(1)
    house.reply(Reply(id="1", number=NUMBER, text="STOP"))
    clock.advance(60)
    house.reply(Reply(id="2", number=NUMBER, text="START"))
    query = "SELECT event_type, method FROM evidence ORDER BY seq DESC LIMIT 2"
    with house.db.read() as tx:
        rows = [tuple(row) for row in tx.exec_driver_sql(query)]
    assert rows == [("renewed", "keyword"), ("withdrawn", "keyword")]
