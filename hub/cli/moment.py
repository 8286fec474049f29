"""Times on the command line: ISO 8601; without a zone they are Japan's."""

from datetime import UTC, datetime, time
from typing import Any

import click

from hub.cli.output import JAPAN, say


class Moment(click.ParamType[datetime]):
    """A time, given as aware UTC. A date alone is its first moment, or its last with `last`."""

    name = "ISO"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the text; a time that is one already passes."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                say(
                    "2026-01-31 または 2026-01-31T10:00 のように書いてください(日本時間)。",
                    "write 2026-01-31 or 2026-01-31T10:00 (Japan time), or a time with its zone.",
                ),
                param,
                ctx,
            )
        if self._last and len(text) <= len("2026-01-31"):
            moment = datetime.combine(moment, time.max)
        return (moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)).astimezone(UTC)
