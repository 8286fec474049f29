"""Progress of long work on stderr: a bar on a terminal, now and then a plain line elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

import click
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

EVERY = 5.0
"""Seconds between two lines where there is no terminal."""


class Bar:
    """One piece of work under way; a context manager. Shows nothing where `quiet`."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self._title = title
        self._quiet = quiet
        self._said_at = time.monotonic()
        self._progress: Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", table_column=_fixed(cell_len(title))),
                BarColumn(bar_width=20, table_column=_fixed(20)),
                TimeElapsedColumn(table_column=_fixed(7)),
                TextColumn("{task.fields[text]}", table_column=Column(no_wrap=True, ratio=1)),
                expand=True,
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task(title, total=None, text="")

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Show how far it is, in words; with `total` the bar fills, without it moves."""
        if self._progress is not None:
            self._progress.update(self._task, text=text, completed=done, total=total)
        elif not self._quiet and time.monotonic() - self._said_at >= EVERY:
            self._said_at = time.monotonic()
            click.echo(f"{self._title}: {text}", err=True)


def _fixed(width: int) -> Column:
    """A column that does not give way to a long text beside it."""
    return Column(no_wrap=True, min_width=width, max_width=width)
