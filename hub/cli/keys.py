"""`hub keys`: the keys the store is encrypted with and numbers are found by."""

import time
from collections.abc import Sequence
from typing import Any

import click

from hub.cli import audit, key_retire
from hub.cli.key_kinds import KINDS, follow, index_option
from hub.cli.output import (
    failed,
    json_option,
    note,
    print_json,
    say,
    table,
    tell,
    when,
    word,
)
from hub.cli.progress import Bar
from hub.factory import Hub, build
from hub.store import keyfacts, retiring, roll, rotation
from hub.store.cipher import LOOK_AGAIN_SECONDS
from hub.store.keys import Kind
from hub.store.rotation import Coming, Followed, KeyRow
from hub.values.words import Words

STATES = {
    "used": Words("使用中", "in use"),
    "older": Words("旧", "older"),
    "coming": Words("準備中", "not used yet"),
    "retired": Words("廃止", "retired"),
}


@click.group()
def command() -> None:
    """Look at the keys of this store, rotate them while the hub runs, retire old ones.

    Data keys encrypt numbers, names and texts; numbers are found by index keys. Keep a copy of the
    key file apart from the backups: without it nothing can be read.
    """


command.add_command(key_retire.retire)


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the keys by kind and number, with how many rows are under each; never a key itself.

    Exit codes: 0 listed, 1 the store or the keys are wrong.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = rotation.listing(tx, hub.cipher.keys.ring)
    if as_json:
        print_json([_values(row) for row in rows])
        return
    table(
        ["", "", say("状態", "STATE"), say("使用開始", "SINCE"), say("行数", "ROWS"), ""],
        [
            [
                word(KINDS, row.kind),
                str(row.number),
                word(STATES, row.state),
                when(row.since),
                f"{sum(row.rows.values()):,}",
                row.print,
            ]
            for row in rows
            if row.state != "retired"
        ],
    )
    for row in rows:
        if row.rows and row.state != "used":
            counted = ", ".join(f"{name} {count:,}" for name, count in sorted(row.rows.items()))
            tell(
                f"{word(KINDS, row.kind)}{row.number}が必要な行: {counted}",
                f"Rows that need {word(KINDS, row.kind)} {row.number}: {counted}",
            )


@command.command()
@index_option
@click.option(
    "--anew",
    is_flag=True,
    help="Begin with another key, although values are left under older ones.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0, 600),
    default=roll.ANSWERED_SECONDS,
    show_default=True,
    help="Seconds to wait for processes to say whether they have the key, and to use it.",
)
@json_option
def rotate(is_index: bool, anew: bool, wait: float, as_json: bool) -> None:
    """Rotate to a new key while the hub runs; a run that was ended before goes on where it was.

    The new key goes into the key file, every process is asked whether it has it, then new rows use
    it and the old ones follow. With HUB_KEYS set, the first run prints the line to add there.

    Exit codes: 0 everything is under the new key, 1 something has to be done first or values are
    left.
    """
    hub = build()
    kind: Kind = "index" if is_index else "data"
    with hub.database.read() as tx:
        waiting = 0 if anew else rotation.unfinished(tx, kind)
    if not waiting:
        _begin(hub, kind, wait, as_json=as_json)
    number = _number(hub, kind)
    if waiting and not as_json:
        note(
            f"{word(KINDS, kind)}{number}への更新を再開します。",
            f"Going on with the rotation to {word(KINDS, kind)} {number}.",
        )
    followed = follow(hub, kind, quiet=as_json)
    if not waiting:
        # A process may write with the key before until it has looked again.
        time.sleep(min(wait, LOOK_AGAIN_SECONDS + 1))
        last = follow(hub, kind, quiet=True)
        followed = Followed(changed=followed.changed + last.changed, left=last.left)
    _finish(hub, kind, number, followed, as_json=as_json)


def _begin(hub: Hub, kind: Kind, wait: float, *, as_json: bool) -> None:
    """Bring a key everywhere and let new rows use it; ends the command where that cannot be."""
    coming = rotation.next_key(hub.database, hub.config, kind)
    if hub.config.keys is not None and coming.line is not None:
        _tell_line(coming, as_json=as_json)
        raise click.exceptions.Exit(1)
    rotation.announce(hub.database, hub.config, coming)
    lacking = _ask(hub, coming, wait, quiet=as_json)
    if lacking:
        raise _lacking(hub, coming, lacking, as_json=as_json)
    with hub.database.write() as tx:
        if keyfacts.use(tx, kind, coming.number, hub.clock()):
            audit.note(hub, tx, "key.used", f"key:{kind}:{coming.number}")


def _ask(hub: Hub, coming: Coming, wait: float, *, quiet: bool) -> Sequence[str]:
    with hub.database.write() as tx:
        question = roll.ask(tx, coming.kind, coming.number, coming.print, hub.clock())
    name = f"{word(KINDS, coming.kind)} {coming.number}"
    with Bar(say("鍵の配布を確認中", "Asking who has the key"), quiet=quiet) as bar:
        until = time.monotonic() + wait
        while (left := until - time.monotonic()) > 0:
            bar.show(name)
            time.sleep(min(left, 0.5))
    with hub.database.write() as tx:
        lacking = roll.without(tx, question)
        roll.end(tx, question)
    return lacking


def _finish(hub: Hub, kind: Kind, number: int, done: Followed, *, as_json: bool) -> None:
    with hub.database.write() as tx:
        stays = retiring.resting(tx, kind, number)
        audit.note(
            hub,
            tx,
            "key.rotated",
            f"key:{kind}:{number}",
            {"changed": done.changed, "left": done.left},
        )
    if as_json:
        told = {"changed": done.changed, "left": done.left, "resting": stays}
        print_json({"kind": kind, "number": number, **told})
    else:
        name = f"{word(KINDS, kind)} {number}"
        tell(
            f"{name}を使用中です。書き換えた値: {done.changed:,}件。",
            f"The {name} is in use. Values put under it: {done.changed:,}.",
        )
        if stays:
            tell(
                f"番号を保持していない{stays:,}件は、これまでの索引鍵で検索されます。"
                "その鍵は残してください。",
                f"Numbers that are not kept and found by an older index key: {stays:,}. "
                "That key stays.",
            )
    if done.left:
        raise failed(
            f"{done.left:,}件が古い鍵のままです。もう一度実行してください。"
            "減らない場合は、その鍵で開けない値です。",
            f"{done.left:,} values are still under older keys. Run it once more; if as many are "
            "left then, no key of this ring opens them.",
        )


def _number(hub: Hub, kind: Kind) -> int:
    with hub.database.read() as tx:
        return keyfacts.read(tx).used[kind]


def _tell_line(coming: Coming, *, as_json: bool) -> None:
    if as_json:
        print_json({"kind": coming.kind, "number": coming.number, "add": coming.line})
        return
    index = " --index" if coming.kind == "index" else ""
    tell(
        "新しい鍵はどこにも保存されていません。次の順に進めてください。\n"
        "1. 次の行を、すべての環境のHUB_KEYSに追加し、控えを保管します。\n"
        f"     {coming.line}\n"
        "2. すべてのプロセス(web、worker、schedule)を再起動します。\n"
        f"3. 同じHUB_KEYSで hub keys rotate{index} をもう一度実行します。",
        "The new key is stored nowhere yet. In this order:\n"
        "1. Add this line to HUB_KEYS everywhere, and keep a copy of it.\n"
        f"     {coming.line}\n"
        "2. Restart every process: web, workers, schedule.\n"
        f"3. With the same HUB_KEYS, run hub keys rotate{index} again.",
    )


def _lacking(
    hub: Hub, coming: Coming, names: Sequence[str], *, as_json: bool
) -> click.exceptions.Exit:
    if as_json:
        print_json({"kind": coming.kind, "number": coming.number, "lacking": names})
    there = ", ".join(names)
    where = (
        Words("HUB_KEYSに追加して再起動し", "HUB_KEYS there and restart them")
        if hub.config.keys is not None
        else Words(
            f"{hub.config.key_file.name}からその環境の鍵ファイルへコピーし",
            f"the key file there, from {hub.config.key_file.name} here",
        )
    )
    name = f"{word(KINDS, coming.kind)} {coming.number}"
    return failed(
        f"{name}がまだないプロセスがあります: {there}。{where.ja}、もう一度実行してください。"
        "それまで鍵は使われません。",
        f"Some processes do not have the {name} yet: {there}. Put its line into {where.en}, then "
        "run this again. Nothing uses the key until then.",
    )


def _values(row: KeyRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "number": row.number,
        "fingerprint": row.print,
        "state": row.state,
        "here": row.here,
        "since": row.since,
        "rows": dict(row.rows),
    }
