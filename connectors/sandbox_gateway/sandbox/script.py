"""What happens to an SMS, scripted by the last four digits of its number.

| ends in | what happens |
|---|---|
| 0001 | undelivered for now: `unreachable`, not permanent |
| 0002 | undelivered for good: `unreachable`, permanent |
| 0003 | expired before the handset came back |
| 0004 | refused at the post: `bad_number` |
| 0005 | delivered, and no report is ever posted; a look-up tells |
| 0006 | delivered, reported out of order and twice: delivered, submitted, delivered again |
| 0007 | refused at the post: `opted_out` |
| 0008 | delivered, and the handset answers 停止 |
| 0010 | taken, and nothing more is ever known, by look-up neither |
| anything else | delivered |
"""

from dataclasses import dataclass

MAX_UNITS = 670


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One report, `wait` report delays after the post.

    `same_as` is the number of the step this one repeats word for word, id included. A step that
    is not `told` happens without a report being posted.
    """

    wait: float
    state: str
    reason: str | None = None
    permanent: bool | None = None
    told: bool = True
    same_as: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """Why the post is refused (None: it is taken), what is reported, what the handset answers."""

    refusal: str | None = None
    steps: tuple[Step, ...] = ()
    answer: str | None = None


_DELIVERED = Step(wait=1, state="delivered")
_USUAL = Script(steps=(_DELIVERED,))
_UNREACHABLE = "unreachable"
_BY_DIGITS = {
    "0001": Script(
        steps=(Step(wait=1, state="undelivered", reason=_UNREACHABLE, permanent=False),)
    ),
    "0002": Script(steps=(Step(wait=1, state="undelivered", reason=_UNREACHABLE, permanent=True),)),
    "0003": Script(steps=(Step(wait=1, state="expired", reason="expired"),)),
    "0004": Script(refusal="bad_number"),
    "0005": Script(steps=(Step(wait=1, state="delivered", told=False),)),
    "0006": Script(
        steps=(
            _DELIVERED,
            Step(wait=2, state="submitted"),
            Step(wait=3, state="delivered", same_as=0),
        )
    ),
    "0007": Script(refusal="opted_out"),
    "0008": Script(steps=(_DELIVERED,), answer="停止"),
    "0010": Script(),
}


def script_for(number: str, *, magic: bool = True) -> Script:
    """Give what happens to an SMS to this number (E.164); without `magic` it is delivered."""
    return _BY_DIGITS.get(number[-4:], _USUAL) if magic else _USUAL
