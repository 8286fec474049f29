"""The checker of chaos runs: lets every history pass that a hub may have, and no other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.chaos.checker import PATIENCE, violations
from bench.chaos.history import History, Mark, Message, Pause, Post, Promise, Stop

RECORDS = {"1:1": True, "1:2": True}


def life(contact, fate, doubts, place):
    """One number's message by its fate, as a hub that works would leave it behind."""
    key = f"key-{contact}"
    message = Message(key=key, contact_id=contact, state=fate, doubts=doubts)
    post = Post(key=key, number=f"number-{contact}")
    if fate == "refused":
        stop = Stop(place=place, contact_id=contact)
        return message, (), (), stop, Promise(contact_id=contact, marks=0)
    mark = Mark(place=place, key=key, contact_id=contact)
    marks = (mark, *(replace(mark, place=place + n) for n in range(1, doubts + 1)))
    if fate == "delivered and stopped":
        stop = Stop(place=place + doubts + 1, contact_id=contact)
        promise = Promise(contact_id=contact, marks=doubts + 1)
        posts = (post,) * (doubts + 1)
        return replace(message, state="delivered"), marks, posts, stop, promise
    posts = () if fate in ("rejected", "unknown") else (post,) * (doubts + 1)
    return message, marks, posts, None, None


@st.composite
def histories(draw):
    """A good history: any number of messages, of each fate; a key's gateway may be posted again."""
    by_key = draw(st.booleans())
    fates = ["delivered", "submitted", "rejected", "refused", "delivered and stopped"]
    fates += [] if by_key else ["unknown"]
    drawn = draw(st.lists(st.sampled_from(fates), min_size=1, max_size=8))
    doubts = draw(
        st.lists(st.integers(0, 2 if by_key else 0), min_size=len(drawn), max_size=len(drawn))
    )
    lives = [
        life(contact, fate, doubt, contact * 10)
        for contact, (fate, doubt) in enumerate(zip(drawn, doubts, strict=True), 1)
    ]
    stops = tuple(stop for *_, stop, _ in lives if stop)
    seconds = draw(st.lists(st.floats(0, PATIENCE), max_size=3))
    return History(
        by_key=by_key,
        due=frozenset(message.contact_id for message, *_ in lives),
        messages=tuple(message for message, *_ in lives),
        posts=tuple(post for _, _, posts, *_ in lives for post in posts),
        marks=tuple(mark for _, marks, *_ in lives for mark in marks),
        stops=stops,
        promises=tuple(promise for *_, promise in lives if promise),
        records={stop.contact_id: RECORDS for stop in stops},
        pauses=tuple(Pause(after="FLUSHALL", seconds=each) for each in seconds),
    )


def rules(history):
    return {each.rule for each in violations(history)}


def with_state(history, state):
    return replace(
        history, messages=(replace(history.messages[0], state=state), *history.messages[1:])
    )


def another_post(history):
    key = history.messages[0].key
    post = Post(key=key, number=f"number-{history.messages[0].contact_id}")
    return replace(history, posts=(*history.posts, *[post] * 4))


def another_message(history):
    first = history.messages[0]
    return replace(
        history,
        messages=(*history.messages, replace(first, key="second", state="rejected")),
    )


def text_changed(history):
    key = history.messages[0].key
    post = Post(key=key, number=f"number-{history.messages[0].contact_id}", differs=True)
    return replace(history, posts=(*history.posts, post))


def marked_after_a_stop(history):
    first = history.messages[0]
    stop = Stop(place=900, contact_id=first.contact_id)
    mark = Mark(place=901, key=first.key, contact_id=first.contact_id)
    return replace(
        history,
        marks=(*history.marks, mark),
        stops=(*history.stops, stop),
        records={**history.records, first.contact_id: RECORDS},
    )


def promised_too_early(history):
    """The database's order looks right, and yet a mark came that was not there at the promise."""
    first = history.messages[0]
    marks = [mark for mark in history.marks if mark.contact_id != first.contact_id]
    mark = Mark(place=899, key=first.key, contact_id=first.contact_id)
    return replace(
        history,
        marks=(*marks, mark),
        stops=(
            *(stop for stop in history.stops if stop.contact_id != first.contact_id),
            Stop(place=900, contact_id=first.contact_id),
        ),
        promises=(*history.promises, Promise(contact_id=first.contact_id, marks=0)),
        records={**history.records, first.contact_id: RECORDS},
    )


def posted_unmarked(history):
    return replace(history, marks=()) if history.posts else another_post(history)


def promise_broken(history):
    promise = Promise(contact_id=history.messages[0].contact_id, marks=None)
    return replace(history, stops=(), promises=(promise,))


def platform_not_told(history):
    stop = Stop(place=900, contact_id=history.messages[0].contact_id)
    records = {**history.records, stop.contact_id: {"1:1": True, "1:2": False}}
    return replace(history, stops=(*history.stops, stop), records=records)


BAD = {
    "a message is gone": (lambda h: replace(h, messages=h.messages[1:]), "missing"),
    "a number has a second message": (another_message, "missing"),
    "the gateway got what the store has not": (
        lambda h: replace(h, posts=(*h.posts, Post(key="stray", number="x"))),
        "missing",
    ),
    "a message waits for ever": (lambda h: with_state(h, "queued"), "unfinished"),
    "a mark was never ended": (lambda h: with_state(h, "submitting"), "unfinished"),
    "said to be delivered and never posted": (
        lambda h: replace(with_state(h, "delivered"), posts=()),
        "untrue",
    ),
    "posted again without a doubt": (another_post, "doubled"),
    "the same key with another text": (text_changed, "doubled"),
    "marked after the opt-out": (marked_after_a_stop, "late"),
    "marked after the promise": (promised_too_early, "late"),
    "posted without a mark": (posted_unmarked, "late"),
    "an opt-out was promised and lost": (promise_broken, "forgotten"),
    "a platform was not told": (platform_not_told, "untold"),
    "sending did not go on": (
        lambda h: replace(h, pauses=(Pause(after="web killed", seconds=PATIENCE + 1),)),
        "slow",
    ),
}


@given(histories())
def test_what_a_hub_that_works_leaves_behind_breaks_no_rule(history):
    assert violations(history) == []


@pytest.mark.parametrize("broken", BAD)
@given(histories())
def test_every_broken_promise_is_found(broken, history):
    spoil, rule = BAD[broken]
    assert rule in rules(spoil(history))


@given(histories())
def test_unknown_is_an_end_only_where_the_gateway_knows_no_keys(history):
    unsettled = with_state(history, "unknown")
    assert ("unfinished" in rules(unsettled)) == history.by_key


@given(histories())
def test_a_number_that_gets_two_messages_is_found(history):
    first = Post(key="a", number="same")
    other = Post(key="b", number="same")
    assert "doubled" in rules(replace(history, posts=(*history.posts, first, other)))
