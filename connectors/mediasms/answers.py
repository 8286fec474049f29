"""What the console's answer to a post means. Pure: decides from what came, asks nobody.

The code in the body is the truth, whatever the HTTP status. A body without a code (a proxy's page,
half an answer, nothing) says neither yes nor no.
"""

import json
import re
from dataclasses import dataclass

from hub.sdk import Receipt, ReceiptState

REFUSED = "401"
TAKEN = "200"
KNOWN_BEFORE = frozenset({"587", "624"})
"""The `smsid` was used already: a post that was answered or lost before has arrived."""

TOO_FAST = "503"
NEVER_CAME = "514"

# A longer answer is a page of somebody else's.
_LONGEST = 4096
_CODE = re.compile(r"[1-9][0-9]{2}")
_CONTENT = frozenset(
    {"585", "586", "588", "589", "591", "618", "619", "620", "633", "634", "664"}
    | {str(code) for code in range(650, 658)}
)
_UNDECIDED = frozenset({"500", "502", "504", "559"})
# Seconds. The console tells no delay of its own, and each concerns the whole account.
_LATER: dict[str, tuple[str, float]] = {
    TOO_FAST: ("quota", 1.0),
    "402": ("quota", 600.0),
    "562": ("outside_hours", 1800.0),
    "592": ("outside_hours", 1800.0),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the console: its code, the HTTP status, its Retry-After in seconds.

    `code` is None where the body has none. `result` is what a pulled answer says of an SMS.
    """

    code: str | None
    status: int
    wait: float | None = None
    result: str | None = None


def read(body: bytes, status: int, wait: float | None) -> Answer:
    """Read an answer. A 401 without a code is a refused sign-in all the same."""
    text = body[:_LONGEST].decode(errors="replace")
    code = code_of(text)
    if code is None and status == 401:
        code = REFUSED
    return Answer(code=code, status=status, wait=wait, result=result_of(text))


def code_of(text: str) -> str | None:
    """Read the code from `{"result": "200"}` or a first line `200`; None where there is none."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = text.split("\n", 1)[0]
    found = str(body.get("result")) if isinstance(body, dict) else str(body).strip()
    return found if _CODE.fullmatch(found) else None


def receipt(answer: Answer, smsid: str) -> Receipt:
    """Give what the answer to a post means.

    200 is the only code for success, so one that is not known here is a refusal and final.
    Sending again by hand is safe: the `smsid` stays the same.
    """
    code, wait = answer.code, answer.wait
    if code is None or code in _UNDECIDED:
        return Receipt(state=ReceiptState.UNKNOWN, retry_after=wait)
    if code == TAKEN and not 200 <= answer.status < 300:
        return Receipt(state=ReceiptState.UNKNOWN, retry_after=wait)
    if code == TAKEN or code in KNOWN_BEFORE:
        return Receipt(state=ReceiptState.ACCEPTED, reference=smsid)
    if code in _LATER:
        reason, pause = _LATER[code]
        later = pause if wait is None else wait
        return Receipt(state=ReceiptState.RETRY_LATER, reason=reason, retry_after=later)
    return Receipt(state=ReceiptState.REJECTED, reason=_reason(code))


def result_of(text: str) -> str | None:
    """Read the result that follows the code of a pulled answer; None where it has none."""
    lines = [line.strip() for line in text.split("\n")]
    return lines[1] if len(lines) > 1 and lines[1] else None


def _reason(code: str) -> str:
    if code == "560":
        return "bad_number"
    return "content" if code in _CONTENT else "other"
