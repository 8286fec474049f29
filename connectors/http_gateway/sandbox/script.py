"""What becomes of an SMS, scripted by the last four digits of its number.

| ends in | what happens |
|---|---|
| 0001 | out of range |
| 0002 | it fails |
| 0005 | it arrives, and nothing is ever posted; a look-up tells |
| 0006 | it arrives; the results come in the wrong order and twice |
| 0010 | nothing more is ever known |
| anything else | it is sent, then it arrives |
"""

from dataclasses import dataclass

from .message import Fate


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """How it stands, one after the other, and whether that is posted."""

    fates: tuple[Fate, ...] = (Fate.SENDING, Fate.ARRIVED)
    told: bool = True


_USUAL = Script()
_BY_DIGITS = {
    "0001": Script(fates=(Fate.SENDING, Fate.AWAY)),
    "0002": Script(fates=(Fate.FAILED,)),
    "0005": Script(fates=(Fate.ARRIVED,), told=False),
    "0006": Script(fates=(Fate.ARRIVED, Fate.SENDING, Fate.ARRIVED)),
    "0010": Script(fates=()),
}


def script_for(number: str) -> Script:
    """Give what becomes of an SMS to this number."""
    return _BY_DIGITS.get(number[-4:], _USUAL)
