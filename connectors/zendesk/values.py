# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's fields hold, read by the type of each field."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.sdk import Answer

from .fields import CHECKBOX, IDENTITY, TAGS, TEXTS, TICKED, TICKET_FIELD, UserField
from .moments import day, moment

Getter = Callable[[Mapping[str, Any]], Any]

# Several options can say a yes and a no at once; the no then counts. It only makes us quieter.
_SAYS_NO = re.compile(
    r"しない|しません|拒否|停止|不可|不要|いいえ|(?:\b|_)(?:no|not|stop)(?:\b|_)", re.IGNORECASE
)


def getter(field: UserField, *, forgiving: bool) -> Getter:
    """Give what reads a field's raw value from a user.

    A user without a key that the account has raises KeyError; `forgiving` reads it as unset.
    """
    if field.code.startswith(TICKET_FIELD):
        # A user has none; see `ticket`.
        return lambda user: None
    if field.code == "direct_phone":
        return lambda user: None if user["shared_phone_number"] else user["phone"]
    if field.code == IDENTITY:
        return lambda user: _identity_number(user["identities"])
    if field.custom is None:
        name = field.code
        return lambda user: user[name]
    key = field.custom
    if forgiving:
        return lambda user: user["user_fields"].get(key)
    return lambda user: user["user_fields"][key]


def number_of(value: object) -> str:
    """Give a phone number as it stands there, empty for none. Raises ValueError otherwise."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError("no number")


def values_of(field: UserField, value: object) -> list[str]:
    """Give the values an answer field holds, none for an unset one. Raises ValueError otherwise."""
    if value is None or value == "":
        return []
    if field.type == CHECKBOX:
        if not isinstance(value, bool):
            raise ValueError("no tick")
        # Zendesk writes false into boxes that nobody ever touched.
        return [TICKED] if value else []
    if isinstance(value, str):
        return [value.strip()] if field.type in TEXTS else [value]
    if isinstance(value, list) and all(type(each) is str for each in value):
        return value
    raise ValueError("no answer")


def answer_of(field: UserField, values: Sequence[str], yes: frozenset[str]) -> Answer:
    """Decide what an answer field says.

    Nothing set is silence, and so are tags that do not count: tags are about many things. A value
    that counts is a yes, unless one that says no in words is set beside it.
    """
    if not values:
        return Answer.SILENT
    others = [value for value in values if value not in yes]
    if len(others) == len(values):
        return Answer.SILENT if field.type == TAGS else Answer.NO
    if field.type == TAGS:
        return Answer.YES
    no = any(_SAYS_NO.search(f"{value} {field.options.get(value, '')}") for value in others)
    return Answer.NO if no else Answer.YES


def when_of(field: UserField, value: object, *, end: bool) -> datetime | None:
    """Read a date; None for an unset one, and for a text that is none. Raises ValueError else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("no date")
    try:
        if field.type == "date" or len(value) == len("2026-01-05"):
            return day(value, end=end)
        return moment(value)
    except ValueError:
        if field.type in TEXTS:
            # People write what they like there; a date that cannot be read proves nothing.
            return None
        raise


def text_of(value: object) -> str:
    """Give any value as people read it. Raises ValueError for a map."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return ", ".join(text_of(part) for part in value)
    raise ValueError("no text")


def _identity_number(identities: Sequence[Mapping[str, Any]]) -> Any:
    """Give the number of a user's best phone identity: the primary one, then a verified one."""
    numbers = [each for each in identities if each.get("type") == "phone_number"]
    best = max(
        numbers,
        key=lambda each: (bool(each.get("primary")), bool(each.get("verified"))),
        default={},
    )
    return best.get("value")
