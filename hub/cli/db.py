"""`hub db`: the store's schema."""

import json
import os

import click

from hub.config import read_config
from hub.store.database import Database
from hub.store.upgrade import upgrade


@click.group()
def command() -> None:
    """Look after the store."""


@command.command("upgrade")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def upgrade_(as_json: bool) -> None:
    """Bring the store to the newest schema; does nothing where it is there already.

    Exit codes: 0 the schema is the newest, 1 it could not be brought there.
    """
    database = Database(read_config(os.environ).database_url)
    upgrade(database)
    url = database.url.render_as_string(hide_password=True)
    click.echo(json.dumps({"store": url, "state": "ok"}) if as_json else f"{url}: up to date")
