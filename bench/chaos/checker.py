"""What must hold of every history, whatever failed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .history import ENDED, TAKEN, UNKNOWN, History

PATIENCE = 60.0
"""Seconds after a failure within which the gateway gets the next post, while any is due."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What was broken: the `rule` by a short name, and a sentence with ids and counts only."""

    rule: str
    told: str


def violations(history: History) -> list[Violation]:
    """Give everything that a history breaks; nothing where all is well."""
    rules = (_missing, _unfinished, _untrue, _doubled, _late, _forgotten, _untold, _slow)
    return [each for rule in rules for each in rule(history)]


def _missing(history: History) -> Iterator[Violation]:
    """Everybody has their one message, and the gateway knows of no other."""
    rows = Counter(message.contact_id for message in history.messages)
    for contact_id in sorted(history.due | set(rows)):
        wanted = 1 if contact_id in history.due else 0
        if rows[contact_id] != wanted:
            told = f"contact {contact_id} has {rows[contact_id]} messages instead of {wanted}"
            yield Violation(rule="missing", told=told)
    known = {message.key for message in history.messages}
    for key in sorted({post.key for post in history.posts} - known):
        yield Violation(rule="missing", told=f"the gateway got {key}, which the store has not")


def _unfinished(history: History) -> Iterator[Violation]:
    """Every message is at its end, with the gateway, or listed as unknown."""
    for message in history.messages:
        if message.state in ENDED or message.state == "submitted":
            continue
        if message.state != UNKNOWN or history.by_key:
            yield Violation(rule="unfinished", told=f"{message.key} is {message.state} for ever")


def _untrue(history: History) -> Iterator[Violation]:
    """What the store says the gateway has, it has."""
    posted = {post.key for post in history.posts}
    for message in history.messages:
        if message.state in TAKEN and message.key not in posted:
            told = f"{message.key} is {message.state}, and the gateway never got it"
            yield Violation(rule="untrue", told=told)


def _doubled(history: History) -> Iterator[Violation]:
    """One post a key; a second one only where the gateway knows the key again, and after a doubt.

    No number gets two.
    """
    doubts = {message.key: message.doubts for message in history.messages}
    for key, count in sorted(Counter(post.key for post in history.posts).items()):
        most = 1 + (doubts.get(key, 0) if history.by_key else 0)
        if count > most:
            told = f"{key} was posted {count} times where {most} would be harmless"
            yield Violation(rule="doubled", told=told)
    for post in history.posts:
        if post.differs:
            yield Violation(rule="doubled", told=f"{post.key} came again with another text")
    for number, keys in _keys_by_number(history).items():
        if len(keys) > 1:
            yield Violation(rule="doubled", told=f"number {number[:8]} got {len(keys)} messages")


def _keys_by_number(history: History) -> dict[str, set[str]]:
    keys: dict[str, set[str]] = defaultdict(set)
    for post in history.posts:
        keys[post.number].add(post.key)
    return keys


def _late(history: History) -> Iterator[Violation]:
    """Nothing is marked for a number once its opt-out is committed, nor posted without a mark."""
    first: dict[int, int] = {}
    for stop in history.stops:
        first[stop.contact_id] = min(stop.place, first.get(stop.contact_id, stop.place))
    for mark in history.marks:
        if mark.place > first.get(mark.contact_id, mark.place):
            yield Violation(rule="late", told=f"{mark.key} was marked after its opt-out")
    marks = Counter(mark.contact_id for mark in history.marks)
    for promise in history.promises:
        if promise.marks is not None and marks[promise.contact_id] > promise.marks:
            told = f"contact {promise.contact_id} was told of their opt-out and marked after it"
            yield Violation(rule="late", told=told)
    marked = Counter(mark.key for mark in history.marks)
    for key, count in sorted(Counter(post.key for post in history.posts).items()):
        if count > marked[key]:
            told = f"{key} was marked {marked[key]} times and posted {count} times"
            yield Violation(rule="late", told=told)


def _forgotten(history: History) -> Iterator[Violation]:
    """Whoever was told of their opt-out is on the exclusion list."""
    stopped = {stop.contact_id for stop in history.stops}
    for contact_id in sorted({promise.contact_id for promise in history.promises} - stopped):
        told = f"contact {contact_id} was told of an opt-out that the store has not"
        yield Violation(rule="forgotten", told=told)


def _untold(history: History) -> Iterator[Violation]:
    """Every record of a number that opted out shows it in its platform."""
    for contact_id in sorted({stop.contact_id for stop in history.stops}):
        records = history.records.get(contact_id, {})
        for ref in sorted(ref for ref, shown in records.items() if not shown):
            told = f"record {ref} does not show the opt-out of contact {contact_id}"
            yield Violation(rule="untold", told=told)
        if not records:
            yield Violation(rule="untold", told=f"contact {contact_id} has no record to show it")


def _slow(history: History) -> Iterator[Violation]:
    """After every failure sending goes on soon."""
    for pause in history.pauses:
        if pause.seconds > PATIENCE:
            told = f"{pause.seconds:.0f} s went by without a post after: {pause.after}"
            yield Violation(rule="slow", told=told)
