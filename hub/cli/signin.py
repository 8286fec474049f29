"""`hub signin`: a one-time link to the console."""

import json

import click

from hub.access.signin import administrator_link
from hub.factory import build


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def command(as_json: bool) -> None:
    """Print a link that signs in as the administrator, once, within 15 minutes.

    Exit codes: 0 printed, 1 the hub cannot be opened.
    """
    hub = build()
    token = administrator_link(hub.database, hub.clock(), hub.config.language)
    url = f"{hub.config.public_url}/signin/{token}"
    click.echo(json.dumps({"url": url}) if as_json else url)
