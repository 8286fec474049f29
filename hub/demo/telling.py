"""How the demo speaks: numbered steps, facts below them, in the reader's language."""

import sys
from collections.abc import Callable, Mapping

import click

from hub.values.words import Language, Words


class Teller:
    """Writes the demo's lines; colours only on a terminal."""

    def __init__(self, language: Language, steps: int) -> None:
        self._language = language
        self._steps = steps
        self._step = 0

    def step(self, ja: str, en: str) -> None:
        """Begin the next step."""
        self._step += 1
        title = Words(ja, en).in_(self._language)
        click.echo()
        click.secho(f"[{self._step}/{self._steps}] {title}", bold=True)

    def fact(self, ja: str, en: str) -> None:
        """Tell one fact."""
        click.echo("    " + Words(ja, en).in_(self._language))

    def good(self, ja: str, en: str) -> None:
        """Tell that what was promised was seen."""
        click.echo("  " + click.style("✓ ", fg="green") + Words(ja, en).in_(self._language))

    def counts(self, counted: Mapping[str, int], words: Mapping[str, Words]) -> None:
        """Tell how many of what, the most first."""
        for code, count in sorted(counted.items(), key=lambda pair: -pair[1]):
            label = words[code].in_(self._language) if code in words else code
            click.echo(f"    {count:>6,}  {label}")

    def quote(self, text: str) -> None:
        """Show a text as it stands, behind a bar."""
        for line in text.splitlines():
            click.echo(click.style("    │ ", dim=True) + line)

    def waiting(self, ja: str, en: str) -> Callable[[], None]:
        """Say what is being waited for, on a terminal only; gives what takes the line away."""
        if not sys.stdout.isatty():
            return lambda: None
        text = "    " + Words(ja, en).in_(self._language) + " …"
        click.echo(text, nl=False)
        return lambda: click.echo("\r\x1b[2K", nl=False)
