# SPDX-License-Identifier: GPL-3.0-or-later
"""All numbers of a user: the phone field, and the direct lines among the identities.

A number that several users share is no identity of any of them (developer.zendesk.com, Users and
User identities).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.sdk import FurtherNumber, NumberKind

PHONE = "電話 (phone)"
LINE = "電話のID (identity)"


def numbers_of(user: Mapping[str, Any]) -> list[FurtherNumber]:
    """Give every number of a user that was read with identities, as typed, the best first.

    The mapped number may be among them. What is no text is left out: it cannot be dialled.
    """
    return list(_numbers(user))


def _numbers(user: Mapping[str, Any]) -> Iterator[FurtherNumber]:
    phone = user.get("phone")
    shared = bool(user.get("shared_phone_number"))
    if isinstance(phone, str) and phone and not shared:
        yield FurtherNumber(number=phone, kind=NumberKind.PRIMARY, label=PHONE)
    lines = [each for each in user.get("identities") or () if each.get("type") == "phone_number"]
    for each in sorted(lines, key=_rank, reverse=True):
        if isinstance(each.get("value"), str) and each["value"]:
            yield FurtherNumber(number=each["value"], kind=NumberKind.IDENTITY, label=LINE)
    if isinstance(phone, str) and phone and shared:
        yield FurtherNumber(number=phone, kind=NumberKind.SHARED, label=PHONE)


def _rank(identity: Mapping[str, Any]) -> tuple[bool, bool]:
    return bool(identity.get("primary")), bool(identity.get("verified"))
