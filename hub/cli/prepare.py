"""`hub prepare`: make in a platform what a connection needs there."""

from collections import Counter

import click

from hub.cli.audit import note
from hub.cli.output import failed, json_option, print_json, say, tell
from hub.factory import Hub, build
from hub.roles import Preparation
from hub.store.connections import ConnectionRow
from hub.values.preparation import Prepared


@click.command()
@click.argument("connection")
@click.argument("steps", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Make all that is missing.")
@json_option
def command(connection: str, steps: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Show what can be made in CONNECTION's platform, and make the STEPS that are named.

    Nothing that is there is changed. A secret that comes with a new webhook is shown once, here.

    Exit codes: 0 shown or made, 1 the platform refused, or its plugin makes nothing.
    """
    hub = build()
    row = hub.connections.row(connection)
    preparation = _preparation(hub, row)
    if everything:
        steps = tuple(each.key for each in preparation.steps() if not each.there)
    made = [_make(hub, row, preparation, key) for key in steps]
    if as_json:
        print_json(
            {
                "steps": [{"key": e.key, "there": e.there} for e in preparation.steps()],
                "made": [{"key": e.key, "made": e.made, "settings": e.settings} for e in made],
            }
        )
        return
    names = Counter(name for each in made for name in each.settings)
    for each in made:
        _tell(row, each, names)
    shown = preparation.steps()
    for step in shown:
        mark = say("あり", "there") if step.there else say("なし", "missing")
        click.echo(f"{mark:<8} {step.key:<14} {say(step.words.ja, step.words.en)}")
    if not steps and not all(step.there for step in shown):
        tell(
            f"作成するには: hub prepare {connection} 手順名 (または --all)",
            f"To make one: hub prepare {connection} STEP (or --all)",
        )


def _preparation(hub: Hub, row: ConnectionRow) -> Preparation:
    preparation = hub.connections.preparation(row.id)
    if preparation is None:
        raise failed(
            f"プラグイン「{row.plugin}」は自動作成に対応していません。"
            "コネクタの説明書の手順で設定してください。",
            f'The plugin "{row.plugin}" makes nothing by itself. Follow its manual.',
        )
    return preparation


def _make(hub: Hub, row: ConnectionRow, preparation: Preparation, key: str) -> Prepared:
    made = preparation.make(key)
    with hub.database.write() as tx:
        note(hub, tx, f"connection.prepare.{key}"[:60], f"connection:{row.name}")
    return made


def _tell(row: ConnectionRow, made: Prepared, names: Counter[str]) -> None:
    if made.made:
        tell(f"{made.key}: 作成しました。", f"{made.key}: made.")
    else:
        tell(f"{made.key}: すでにあります。", f"{made.key}: was there already.")
    for name, value in made.settings.items():
        several = names[name] > 1
        tell(
            f"  この値を接続「{row.name}」の {name} に設定してください"
            + ("(複数あるためカンマで区切る): " if several else ": ")
            + value,
            f"  Put this into {name} of the connection {row.name}"
            + (" (several with a comma between): " if several else ": ")
            + value,
        )
