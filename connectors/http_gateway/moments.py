"""Times as vendors write them. Pure.

A format is `iso` (ISO 8601, RFC 3339), `epoch` (seconds), `epoch_ms`, or a pattern such as
`%Y-%m-%d %H:%M:%S`. A time without a zone is one of Japan.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_JAPAN = ZoneInfo("Asia/Tokyo")
_PATTERN = re.compile(r"(?:%[YmdHMSz]|[^%])+")
_NAMED = ("iso", "epoch", "epoch_ms")


def is_format(text: str) -> bool:
    """Say whether times can be read and written in this way."""
    return text in _NAMED or ("%" in text and _PATTERN.fullmatch(text) is not None)


def written(moment: datetime, how: str) -> str:
    """Write a moment (with a zone) as the vendor wants it, by the clock of Japan."""
    if how == "epoch":
        return str(int(moment.timestamp()))
    if how == "epoch_ms":
        return str(int(moment.timestamp() * 1000))
    local = moment.astimezone(_JAPAN)
    return local.isoformat(timespec="seconds") if how == "iso" else local.strftime(how)


def read(text: str | None, how: str) -> datetime | None:
    """Read a moment as UTC; None for nothing and for what is no time of this format."""
    if not text:
        return None
    try:
        moment = _parsed(text.strip(), how)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=_JAPAN)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parsed(text: str, how: str) -> datetime:
    if how == "iso":
        return datetime.fromisoformat(text)
    if how in ("epoch", "epoch_ms"):
        return datetime.fromtimestamp(float(text) / (1000 if how == "epoch_ms" else 1), UTC)
    return datetime.strptime(text, how)  # noqa: DTZ007 - `read` adds Japan's zone
