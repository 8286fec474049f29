# SPDX-License-Identifier: GPL-3.0-or-later
"""All users: a million of them where nobody has touched most.

Users of the roster are made from their number when they are looked at; only what was written is
stored. Two orders are kept: by id for lists, by time of change for the export.
"""

import re
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from heapq import merge
from typing import Any

from connectors.zendesk.sandbox.errors import not_found
from connectors.zendesk.sandbox.moments import epoch
from connectors.zendesk.sandbox.people import (
    FIRST_NEW,
    FIRST_PERSON,
    FIRST_SEEN,
    PER_SECOND,
    agents,
    end_user,
    seeded_at,
    user_id,
)

_INDEX = re.compile(r"([0-9]{7})(?:@|$)")

Moment = tuple[int, int]
"""When a user changed (seconds since 1970) and the user's id: a place in the export."""


class Users:
    """The users of an account with the first `people` of the roster. The caller holds the lock."""

    def __init__(self, people: int) -> None:
        self._people = people
        self._written: dict[int, dict[str, Any]] = {}
        self._order: list[Moment] = []
        self._next = FIRST_NEW
        self.ids = array("q")
        for agent in agents():
            self.put(agent)
        self.ids.extend(range(user_id(1), user_id(people) + 1))

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self.ids, number)
        return at < len(self.ids) and self.ids[at] == number

    def get(self, number: int) -> dict[str, Any]:
        """The user with this id, deleted or not. Raises ZendeskError 404."""
        if number not in self:
            raise not_found()
        return self._written.get(number) or end_user(number)

    def role(self, number: int) -> str:
        """The role of a user, without making the rest."""
        written = self._written.get(number)
        return str(written["role"]) if written else "end-user"

    def active(self, number: int) -> bool:
        """Whether the user is not deleted."""
        written = self._written.get(number)
        return written is None or bool(written["active"])

    def new_id(self) -> int:
        """The next id; ids are never used twice."""
        number, self._next = self._next, self._next + 1
        return number

    def put(self, user: dict[str, Any]) -> None:
        """Store a user who is new or changed."""
        number = int(user["id"])
        if before := self._written.get(number):
            place = (epoch(before["updated_at"]), number)
            del self._order[bisect_left(self._order, place)]
        if number not in self:
            self.ids.insert(bisect_left(self.ids, number), number)
        self._written[number] = user
        insort(self._order, (epoch(user["updated_at"]), number))

    def changed(self, after: Moment) -> Iterator[Moment]:
        """All users who changed later than this place, in order."""
        start = bisect_right(self._order, after)
        return merge(self._seeds(after), (self._order[at] for at in range(start, len(self._order))))

    def find(self, key: str, value: str) -> int | None:
        """The id of the user whose e-mail or external id this is, in any letter case."""
        wanted = value.casefold()
        # Of the untouched only one can be meant: its index is in the text.
        digits = _INDEX.search(value)
        index = int(digits[1]) if digits else 0
        untouched = [user_id(index)] if 1 <= index <= self._people else []
        for number in [*self._written, *untouched]:
            user = self.get(number)
            if user["active"] and str(user[key] or "").casefold() == wanted:
                return number
        return None

    def _seeds(self, after: Moment) -> Iterator[Moment]:
        first = max(1, (after[0] - FIRST_SEEN) * PER_SECOND)
        for index in range(first, self._people + 1):
            place = (seeded_at(index), FIRST_PERSON + index)
            if place > after and place[1] not in self._written:
                yield place
