"""What the commands print: sentences in the terminal's language, aligned tables, JSON.

Results go to stdout, what happens on the way to stderr, so that `--json` can be piped.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len

from hub.cli import language
from hub.values.words import Words

JAPAN = ZoneInfo("Asia/Tokyo")

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add `--json` to a command, as its argument `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
    return option(command)


def say(ja: str, en: str) -> str:
    """Give the one of two texts that the terminal's language asks for."""
    return ja if language() == "ja" else en


def tell(ja: str, en: str) -> None:
    """Print a sentence as a result."""
    click.echo(say(ja, en))


def note(ja: str, en: str) -> None:
    """Print a sentence about what is going on; no result."""
    click.echo(say(ja, en), err=True)


def failed(ja: str, en: str) -> click.exceptions.Exit:
    """Tell what is wrong; give what to raise, which ends the command with 1."""
    note(ja, en)
    return click.exceptions.Exit(1)


def usage(ja: str, en: str) -> click.UsageError:
    """Give the error for wrong words on the command line, which ends it with 2."""
    return click.UsageError(say(ja, en))


def word(table: Mapping[str, Words], code: str | None) -> str:
    """Give the words for a code; the code itself where it has none."""
    found = table.get(code or "")
    return found.in_(language()) if found else (code or "")


def when(moment: datetime | None) -> str:
    """Give a time as Japan's clocks show it; a dash for None."""
    return "-" if moment is None else moment.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")


def age(span: timedelta | None) -> str:
    """Give how long ago something was, in its largest unit; a dash for None."""
    if span is None:
        return "-"
    seconds = max(0, int(span.total_seconds()))
    for size, ja, en in ((86400, "日", "d"), (3600, "時間", "h"), (60, "分", "min")):
        if seconds >= size:
            return say(f"{seconds // size}{ja}", f"{seconds // size} {en}")
    return say(f"{seconds}秒", f"{seconds} s")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "") -> None:
    """Print rows under a head, columns aligned whatever the script; the last one runs free."""
    lines = [head, *rows] if any(head) else list(rows)
    widths = [max((cell_len(line[at]) for line in lines), default=0) for at in range(len(head))]
    for line in lines:
        cells = [
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        ]
        click.echo((indent + "  ".join(cells)).rstrip())


def print_json(value: Any, file: TextIO | None = None) -> None:
    """Print a value as JSON, into a file or on stdout; times in ISO 8601, UTC."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain), file=file)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Words):
        return value.in_(language())
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
