"""A gateway that never learns our key is asked by what was sent, to whom and when."""

from datetime import timedelta

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.inquiries import others
from hub.messages.states import State
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState, Sent, TransientError
from hub.store.inquiries import Sibling

from .doubles import Gateway

UNKNOWN = Receipt(state=ReceiptState.UNKNOWN)
LOST = [UNKNOWN] * 9


class Finder(Gateway):
    """Keeps what it took; `list` is what it would show. Found by number and text, as Twilio's."""

    find = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__(idempotency="lookup")
        self.asked: list[Sent] = []
        self.taken: list[tuple[str, str, str]] = []
        self.away = False

    def arrive(self, number: str, text: str) -> str:
        reference = f"SM{len(self.taken) + 1}"
        self.taken.append((reference, number, text))
        return reference

    def find_sent(self, sent: Sent) -> Receipt | DeliveryReport | None:
        self.asked.append(sent)
        if self.away:
            raise TransientError("Away.")
        wanted = (sent.outgoing.number, sent.outgoing.text)
        left = [each[0] for each in self.taken if each[1:] == wanted and each[0] not in sent.others]
        if not left:
            return None
        return UNKNOWN if len(left) > 1 else Receipt(state=ReceiptState.ACCEPTED, reference=left[0])


def lost_house(make_house, people=1):
    """A hub whose messages were posted without an answer."""
    house = make_house(people, gateway=Finder())
    house.gateway.answers = list(LOST)
    house.create()
    house.drain()
    assert house.states() == ["unknown"] * people
    return house


def same_text_house(make_house):
    """A hub whose messages to one person are word for word the same."""
    body = "{{name}}様 ご予約の確認です {{sender_name}}"
    return make_house(1, gateway=Finder(), body=body, message_class="transactional")


def test_it_is_told_number_text_and_times(make_house, clock):
    house = lost_house(make_house)
    marked = house.rows()[0].marked_at
    clock.advance(31)
    house.reconcile()

    (sent,), (posted,) = house.gateway.asked, house.gateway.posts
    assert (sent.outgoing.number, sent.outgoing.text) == (posted.number, posted.text)
    assert (sent.outgoing.id, sent.posted_at) == (posted.id, marked)
    assert sent.since <= marked < sent.asked_at == marked + timedelta(seconds=31)
    assert (sent.reference, sent.others) == (None, frozenset())


def test_what_arrived_is_submitted_and_never_sent_again(make_house, clock):
    house = lost_house(make_house)
    posted = house.gateway.posts[0]
    reference = house.gateway.arrive(posted.number, posted.text)
    clock.advance(31)
    house.reconcile()
    house.drain()

    assert house.states() == ["submitted"]
    assert house.rows()[0].gateway_reference == reference
    assert len(house.gateway.posts) == 1


def test_what_never_arrived_is_sent_again(make_house, clock):
    house = lost_house(make_house)
    house.gateway.answers = []
    clock.advance(31)
    house.reconcile()
    assert (house.states(), house.rows()[0].reason) == (["queued"], "never_arrived")
    house.drain()
    assert house.states() == ["submitted"]


def test_what_nobody_can_tell_stays_unknown_and_is_asked_again(make_house, clock):
    house = lost_house(make_house)
    posted = house.gateway.posts[0]
    for _ in range(2):
        house.gateway.arrive(posted.number, posted.text)
    clock.advance(31)
    house.reconcile()
    clock.advance(121)
    house.reconcile()
    house.drain()

    assert house.states() == ["unknown"]
    assert (len(house.gateway.asked), len(house.gateway.posts)) == (2, 1)


def test_an_sms_that_is_known_as_another_message_is_not_taken_for_this_one(make_house, clock):
    house = same_text_house(make_house)
    house.gateway.answers = [Receipt(state=ReceiptState.ACCEPTED, reference="SM1"), UNKNOWN]
    house.single(1, "first")
    house.single(1, "second")
    house.drain()
    arrived = house.gateway.posts[0]
    house.gateway.arrive(arrived.number, arrived.text)
    clock.advance(31)
    house.reconcile()

    (sent,) = house.gateway.asked
    assert (sent.outgoing.text, sent.others) == (arrived.text, {"SM1"})
    assert sorted(house.states()) == ["queued", "submitted"]


def test_an_id_that_came_by_a_report_alone_is_another_messages_too(make_house, clock):
    house = make_house(1, gateway=Finder())
    house.gateway.answers = [UNKNOWN, UNKNOWN]
    house.create("first")
    house.drain()
    first = house.rows()[0]
    house.report(
        DeliveryReport(id="r", state=ReportState.DELIVERED, key=first.key, reference="SM9")
    )
    house.single(1, "second")
    house.drain()
    clock.advance(31)
    house.reconcile()

    assert [each.others for each in house.gateway.asked] == [{"SM9"}]


def test_two_lost_messages_with_one_text_never_share_an_sms(make_house, clock):
    house = same_text_house(make_house)
    house.gateway.answers = [UNKNOWN, UNKNOWN]
    house.single(1, "first")
    house.single(1, "second")
    house.drain()
    first, second = house.gateway.posts
    assert (first.number, first.text) == (second.number, second.text)
    house.gateway.arrive(first.number, first.text)
    clock.advance(31)
    house.reconcile()
    house.drain()

    assert house.states() == ["submitted"] * 2
    assert len({row.gateway_reference for row in house.rows()}) == 2
    assert len(house.gateway.posts) == 3


def test_a_message_whose_text_was_erased_is_not_asked_about(make_house, clock):
    house = lost_house(make_house)
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE message SET body_enc = NULL"))
    clock.advance(31)
    house.reconcile()

    assert (house.states(), house.gateway.asked) == (["unknown"], [])


def test_by_the_gateways_own_id_it_is_asked_even_then(make_house, clock):
    house = lost_house(make_house)
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE message SET body_enc = NULL, gateway_reference = 'SM1'"))
    clock.advance(31)
    house.reconcile()

    (sent,) = house.gateway.asked
    assert (sent.reference, sent.outgoing.text) == ("SM1", "")


def test_a_gateway_that_is_away_is_asked_once_for_all(make_house, clock):
    house = lost_house(make_house, people=3)
    house.gateway.away = True
    clock.advance(31)
    house.reconcile()

    assert house.states() == ["unknown"] * 3
    assert len(house.gateway.asked) == 1


siblings = st.lists(
    st.builds(
        Sibling,
        id=st.integers(1, 4),
        contact_id=st.integers(1, 2),
        state=st.sampled_from([each.value for each in State]),
        reference=st.one_of(st.none(), st.sampled_from(["a", "b", "c"])),
    ),
    max_size=8,
)


@given(siblings)
def test_others_are_those_of_the_same_number_and_nobody_is_asked_during_a_post(drawn):
    class Row:
        id, contact_id = 1, 1

    told = others(Row, drawn)  # type: ignore[arg-type]
    rest = [each for each in drawn if each.contact_id == 1 and each.id != 1]

    assert (told is None) == any(each.state == "submitting" for each in rest)
    if told is not None:
        assert told == {each.reference for each in rest} - {None}
