"""What happens to an SMS, scripted by its number.

Twilio's own magic numbers (twilio.com/docs/iam/test-credentials) answer as its test credentials do.
Since the hub sends to Japanese mobiles, the last four digits of any other number are scripted too:

| ends in | what happens |
|---|---|
| 0001 | undelivered for now: 30003 |
| 0002 | undelivered for good: 30005 |
| 0003 | expired: 30036 |
| 0004 | refused at the post: 21211 |
| 0005 | delivered, and nobody is told; a look-up tells |
| 0006 | delivered, told out of order and twice: delivered, sent, delivered again |
| 0007 | refused at the post: 21610 |
| 0008 | delivered, and the handset answers STOP, which Twilio acts on |
| 0009 | undelivered, filtered: 30007 |
| 0010 | taken, and it stays at Twilio |
| anything else | delivered |
"""

from dataclasses import dataclass

_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A status that is told `wait` report delays after the post; not `told`, it only happens."""

    wait: float
    status: str
    error_code: int | None = None
    told: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """The error code of the post (None: it is taken), the statuses, what the handset answers."""

    refusal: int | None = None
    steps: tuple[Step, ...] = ()
    answer: str | None = None


_SENT = Step(wait=1, status="sent")
_DELIVERED = Step(wait=2, status="delivered")
_USUAL = Script(steps=(_SENT, _DELIVERED))


def _undelivered(code: int) -> Script:
    return Script(steps=(_SENT, Step(wait=2, status="undelivered", error_code=code)))


_BY_DIGITS = {
    "0001": _undelivered(30003),
    "0002": _undelivered(30005),
    "0003": Script(steps=(Step(wait=2, status="failed", error_code=30036),)),
    "0004": Script(refusal=21211),
    "0005": Script(steps=(Step(wait=1, status="delivered", told=False),)),
    "0006": Script(
        steps=(
            Step(wait=1, status="delivered"),
            Step(wait=2, status="sent"),
            Step(wait=3, status="delivered"),
        )
    ),
    "0007": Script(refusal=21610),
    "0008": Script(steps=(_SENT, _DELIVERED), answer="STOP"),
    "0009": _undelivered(30007),
    "0010": Script(),
}


def script_for(number: str, sender: str = "", *, magic: bool = True) -> Script:
    """Give what happens to an SMS to this number from this sender; without `magic` it arrives."""
    if not magic:
        return _USUAL
    code = _FROM.get(sender) or _TO.get(number)
    return Script(refusal=code) if code else _BY_DIGITS.get(number[-4:], _USUAL)
