"""Numbers in the style a vendor takes. Pure."""

from .vendor import NumberStyle

_JAPAN = "+81"


def styled(number: str, style: NumberStyle) -> str | None:
    """Write an E.164 number as the vendor takes it; None where it takes no such number."""
    if style == "domestic":
        return f"0{number.removeprefix(_JAPAN)}" if number.startswith(_JAPAN) else None
    return number.removeprefix("+") if style == "international" else number
