"""Whose data a command is about: a number asked for or piped in, or the record that holds it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from hub.cli.number import asked_number, known_contact
from hub.cli.output import failed
from hub.cli.record import RecordId, contact_of, link_of
from hub.factory import Hub
from hub.store import access
from hub.store.database import Tx
from hub.values.ref import Ref

Command = TypeVar("Command", bound=Callable[..., Any])
Record = tuple[str, Ref] | None


def person_option(command: Command) -> Command:
    """Add `--record` to a command, as its argument `record`; without it the number is asked for."""
    option = click.option(
        "--record",
        type=(str, RecordId()),
        metavar="CONNECTION OBJECT:ID",
        help="The person behind this record; without it the number is asked for, or read from "
        "stdin.",
    )
    return option(command)


def number_of(record: Record) -> str | None:
    """Ask for the number, or read it from stdin, and give it in E.164; None with a record."""
    return asked_number() if record is None else None


def contact_for(hub: Hub, tx: Tx, record: Record, number: str | None) -> int:
    """Give the contact of a record or of a number; ends the command where nothing is known."""
    if record is None:
        return known_contact(hub, tx, number or "")
    row = hub.connections.row(record[0])
    return contact_of(row, link_of(tx, row, record[1]))


def user_id(hub: Hub, login: str) -> int:
    """Give the user with this login; ends the command where there is none."""
    with hub.database.read() as tx:
        found = access.find_user(tx, login)
    if found is None:
        raise failed(
            f"ユーザー {login} はいません。ログイン名を確認してください。",
            f"There is no user {login}. Check the login.",
        )
    return found.id
