"""`hub allow-list`: from which addresses console and API may be used."""

from collections.abc import Sequence

import click

from hub.access import allow_list
from hub.cli import audit
from hub.cli.output import json_option, note, print_json, say, table, word
from hub.factory import Hub, build
from hub.store.database import Tx

_WHO = click.Choice(list(allow_list.LISTS))


@click.group()
def command() -> None:
    """Say from where administrators, operators and API keys may come.

    The terminal always may: it is the way back in for whoever locked themselves out.
    """


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the networks of all three lists.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        _tell(tx, as_json)


@command.command()
@click.argument("who", type=_WHO)
@click.argument("networks", nargs=-1, required=True)
@json_option
def add(who: str, networks: Sequence[str], as_json: bool) -> None:
    """Let WHO come from these NETWORKS too: CIDR, or single addresses.

    Exit codes: 0 added, 1 one is no network, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        if not allow_list.networks(tx, who):
            note(
                "これまではどこからでも使えました。以後はこのネットワークからだけになります。"
                "元に戻すには hub allow-list remove を使ってください。",
                "Until now every address was allowed; from now on only these are. "
                "To undo it, use hub allow-list remove.",
            )
        allow_list.put(tx, who, [*allow_list.networks(tx, who), *networks], audit.by(hub))
    _show(hub, as_json)


@command.command()
@click.argument("who", type=_WHO)
@click.argument("networks", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Empty the list: every address is allowed.")
@json_option
def remove(who: str, networks: Sequence[str], all_: bool, as_json: bool) -> None:
    """Take NETWORKS off the list of WHO. The last one to go allows every address again.

    Exit codes: 0 removed, 1 one is no network, 2 wrong usage.
    """
    if all_ == bool(networks):
        raise click.UsageError(
            say("NETWORKS か --all のどちらかを指定してください。", "Give NETWORKS, or --all.")
        )
    gone = {allow_list.network(each) for each in networks}
    hub = build()
    with hub.database.write() as tx:
        left = [each for each in allow_list.networks(tx, who) if not all_ and each not in gone]
        allow_list.put(tx, who, left, audit.by(hub))
    _show(hub, as_json)


def _show(hub: Hub, as_json: bool) -> None:
    with hub.database.read() as tx:
        _tell(tx, as_json)


def _tell(tx: Tx, as_json: bool) -> None:
    lists = {who: allow_list.networks(tx, who) for who in allow_list.LISTS}
    if as_json:
        print_json(lists)
        return
    table(
        [say("対象", "WHO"), say("ネットワーク", "NETWORKS")],
        [
            [word(allow_list.LISTS, who), " ".join(each) or say("どこでも", "anywhere")]
            for who, each in lists.items()
        ],
    )
