import pytest
import sqlalchemy as sa

from hub.sdk import Reply
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
