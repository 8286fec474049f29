"""The fate of one SMS, read as the vendor file says. Pure.

Several fields (axes) can tell it together. A report's id is made of the SMS and its axes, so that
the same news twice is one report, whether it was posted or asked for.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.sdk import DeliveryReport, ReportState

from . import moments
from .paths import count_at, text_at
from .vendor import Reports, StateRule

UNREAD = "unread_state"
"""The reason of a state that the vendor file does not have: it is kept and changes nothing."""


def report(item: Mapping[str, Any], how: Reports, key: str | None = None) -> DeliveryReport | None:
    """Give the report in one item; None for one that names no SMS or says nothing of its state.

    `key` is ours where the item was asked for by it.
    """
    reference = text_at(item, how.reference)
    key = key or text_at(item, how.key)
    told = [text_at(item, axis) for axis in how.axes]
    if (reference is None and key is None) or not any(told):
        return None
    axes = tuple(value or "" for value in told)
    rule = next((rule for rule in how.states if _fits(axes, rule)), None)
    meaning = rule or StateRule(axes=axes, state=ReportState.SUBMITTED, reason=UNREAD)
    said = json.dumps([reference or key, *axes]).encode()
    return DeliveryReport(
        id=hashlib.sha256(said).hexdigest()[:40],
        state=meaning.state,
        reference=reference or key,
        key=key,
        at=_moment(item, how),
        reason=meaning.reason,
        permanent=meaning.permanent,
        billed_units=count_at(item, how.units),
        carrier=text_at(item, how.carrier),
    )


def _fits(axes: tuple[str, ...], rule: StateRule) -> bool:
    return all(
        is_.endswith(want[1:]) if want.startswith("*") else is_ == want
        for want, is_ in zip(rule.axes, axes, strict=True)
    )


def _moment(item: Mapping[str, Any], how: Reports) -> datetime | None:
    read = (moments.read(text_at(item, path), each) for path in how.at for each in how.time)
    return next((moment for moment in read if moment), None)
