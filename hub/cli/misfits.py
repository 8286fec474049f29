"""Characters that keep texts from going, shown with what may be written and for whom.

A name is never printed: the one character, the record's id and the masked number find the place.
"""

from collections.abc import Sequence
from typing import Any

import click

from hub.cli import language
from hub.cli.output import tell
from hub.cli.record import masked
from hub.factory import Hub
from hub.messages.misfits import Tally, visible
from hub.store import people
from hub.store.database import Tx


def show(hub: Hub, tallies: Sequence[Tally]) -> None:
    """Print a line for each character: for how many, what to do, and the first few records."""
    if not tallies:
        return
    tell("送れない文字:", "Characters that cannot go:")
    widest = max(len(f"{each.people:,}") for each in tallies)
    with hub.database.read() as tx:
        for each in tallies:
            words = each.misfit.words().in_(language())
            click.echo(f"  {f'{each.people:,}'.rjust(widest)}  {words}")
            found = [f"{it['record']} ({it['number']})" for it in _examples(hub, tx, each)]
            if each.misfit.place and found:
                more = " …" if each.people > len(found) else ""
                click.echo(f"  {' ' * widest}  {', '.join(found)}{more}")


def values(hub: Hub, tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    """Give the same for `--json`."""
    with hub.database.read() as tx:
        return [
            {
                "character": visible(each.misfit.char),
                "field": each.misfit.place,
                "suggestion": each.misfit.suggestion,
                "people": each.people,
                "words": each.misfit.words().in_(language()),
                "examples": _examples(hub, tx, each),
            }
            for each in tallies
        ]


def _examples(hub: Hub, tx: Tx, tally: Tally) -> list[dict[str, str]]:
    links = people.links_by_id(tx, tally.links)
    return [
        {"record": links[id_].ref, "number": masked(hub, tx, contact_id)}
        for id_ in tally.links
        if id_ in links and (contact_id := links[id_].contact_id) is not None
    ]
