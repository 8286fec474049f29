"""`hub config`: every setting of the environment."""

import json
import os

import click

from hub.cli import language
from hub.config import read_config
from hub.variables import VARIABLES


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def command(as_json: bool) -> None:
    """Show every setting, where it stands and what it means. Secrets are not shown."""
    read_config(os.environ)
    rows = []
    for variable in VARIABLES:
        given = os.environ.get(variable.name, "").strip()
        shown = "(set)" if given and variable.secret else given
        rows.append(
            {
                "name": variable.name,
                "value": shown or None,
                "default": variable.default,
                "meaning": variable.meaning.in_(language()),
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        value = row["value"] or row["default"] or "-"
        click.echo(f"{row['name']:<20} {value}\n{'':<20} {row['meaning']}")
