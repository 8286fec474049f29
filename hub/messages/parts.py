"""Joining the reports of a long SMS whose gateway reports each part by itself. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from hub.messages.states import rank
from hub.store.reports import ReportRow
from hub.values.gateway import ReportState

PARTLY = "partly"
"""The reason of a message of which some parts arrived and others did not."""


def is_part(report: ReportRow) -> bool:
    """Say whether a report is about one part of several."""
    return report.part is not None and (report.parts or 1) > 1


def joined(reports: Sequence[ReportRow]) -> ReportRow:
    """Give the one report that all reports about a message's parts amount to.

    Of each part the highest report counts. The message is delivered when every part is, failed as
    soon as one is, and with the network until then. The same in any order; there must be one.
    """
    highest: dict[int, ReportRow] = {}
    for report in sorted(reports, key=lambda each: (rank(ReportState(each.state)), each.id)):
        highest[report.part or 0] = report
    parts = sorted(highest.values(), key=lambda each: (rank(ReportState(each.state)), each.id))
    delivered = [each for each in parts if each.state == ReportState.DELIVERED]
    failed = [each for each in parts if each.state not in _GOING]
    carrier = next((each.carrier for each in parts if each.carrier), None)
    billed = sum(each.billed_units or 0 for each in parts) or None
    last = parts[-1]
    if failed:
        last = failed[-1]
        return replace(
            last,
            reason=PARTLY if delivered else last.reason,
            # A part that could not be joined says nothing about the number.
            permanent=None if delivered else last.permanent,
            carrier=carrier,
            billed_units=billed,
        )
    whole = len(delivered) >= max(each.parts or 1 for each in parts)
    state = ReportState.DELIVERED if whole else ReportState.SUBMITTED
    return replace(last, state=state.value, carrier=carrier, billed_units=billed)


_GOING = frozenset({ReportState.SUBMITTED, ReportState.DELIVERED})
