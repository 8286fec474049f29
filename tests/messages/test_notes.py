from hub.sdk import DeliveryReport, OutcomeState, Receipt, ReceiptState, ReportState
from hub.store import connections


def sent(make_house, people=1):
    house = make_house(people)
    house.create()
    house.drain()
    return house


def test_the_record_is_told_that_its_sms_was_sent_and_arrived(make_house):
    house = sent(make_house)
    (row,) = house.rows()
    house.report(DeliveryReport(id="1", state=ReportState.DELIVERED, key=row.key))
    assert house.push_notes() == 2
    first, second = house.platform.notes.values()
    assert (first.state, second.state) == ("submitted", "delivered")
    assert first.thread == second.thread
    assert str(first.ref) == "12:1"
    assert first.text == "SMSを送信しました(セール)。"


def test_a_note_holds_neither_number_nor_text(make_house):
    house = sent(make_house)
    house.push_notes()
    post = house.gateway.posts[0]
    for note in house.platform.notes.values():
        assert post.number[-8:] not in note.text
        assert "佐藤" not in note.text


def test_a_failure_is_told_with_its_cause(make_house):
    house = make_house(1)
    house.gateway.answers = [Receipt(state=ReceiptState.REJECTED, reason="bad_number")]
    house.create()
    house.drain()
    house.push_notes()
    (note,) = house.platform.notes.values()
    assert "番号を確認" in note.text


def test_a_note_is_left_once_however_often_it_is_pushed(make_house):
    house = sent(make_house)
    assert (house.push_notes(), house.push_notes()) == (1, 0)
    assert len(house.platform.notes) == 1


def test_a_platform_that_is_busy_gets_its_note_later_under_the_same_id(make_house, clock):
    house = sent(make_house)
    house.platform.outcomes = [OutcomeState.LATER]
    assert (house.push_notes(), house.push_notes()) == (0, 0)
    clock.advance(3600)
    assert house.push_notes() == 1


def test_a_note_nobody_takes_is_given_up_in_the_end(make_house, clock):
    house = sent(make_house)
    house.platform.outcomes = [OutcomeState.BLOCKED] * 50
    for _ in range(20):
        house.push_notes()
        clock.advance(4000)
    assert len(house.platform.outcomes) == 50 - 12


def test_a_record_that_is_gone_is_not_told(make_house, clock):
    house = sent(make_house)
    house.platform.outcomes = [OutcomeState.GONE]
    house.push_notes()
    clock.advance(4000)
    assert (house.push_notes(), house.platform.notes) == (0, {})


def test_a_disabled_connection_keeps_its_notes_for_later(make_house):
    house = sent(make_house)
    with house.db.write() as tx:
        connections.set_enabled(tx, house.crm_id, False)
    assert house.push_notes() == 0
    with house.db.write() as tx:
        connections.set_enabled(tx, house.crm_id, True)
    assert house.push_notes() == 1
