"""`hub keys retire`: taking a key out of use for good."""

import click

from hub.cli import audit
from hub.cli.key_kinds import KINDS, follow, index_option
from hub.cli.output import failed, json_option, print_json, say, tell, usage, when, word
from hub.factory import build
from hub.store import retiring, rotation
from hub.store.keys import Kind
from hub.store.retiring import Refusal
from hub.values.words import Words

_RESTING = {
    "erased": Words("消去済み", "erased"),
    "not_kept": Words("番号を保持していない", "number not kept"),
}


@click.command()
@click.argument("number", type=click.IntRange(1, 65535))
@index_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def retire(number: int, is_index: bool, yes: bool, as_json: bool) -> None:
    """Take the key NUMBER out of use for good, once no row needs it any more.

    An index key stays while a number is found by it alone, as most erased ones are. Backups made
    before need the key: keep the key file they were made with.

    Exit codes: 0 retired, 1 it is still needed or not confirmed, 2 wrong usage.
    """
    hub = build()
    kind: Kind = "index" if is_index else "data"
    name = f"{word(KINDS, kind)} {number}"
    if not yes and not click.confirm(
        say(f"{name}を廃止しますか", f"Retire the {name}?"), err=True, default=False
    ):
        raise failed("廃止しませんでした。", "Nothing was retired.")
    if kind == "index":
        follow(hub, kind, quiet=as_json)
    with hub.database.write() as tx:
        refusal = retiring.retire(tx, kind, number, hub.clock())
        if refusal is None:
            audit.note(hub, tx, "key.retired", f"key:{kind}:{number}")
    if refusal is not None and refusal.why != "retired":
        raise _refused(refusal, name)
    gone = rotation.take_out(hub.config, kind, number)
    if as_json:
        print_json({"kind": kind, "number": number, "in_ring": not gone})
        return
    tell(
        f"{name}を廃止しました。以前のバックアップには、その時の鍵ファイルが必要です。",
        f"Retired the {name}. Backups made before need the key file of their time.",
    )
    if not gone:
        tell(
            f"HUB_KEYSの「{kind} {number} …」の行を、すべての環境から削除してください(順不同)。",
            f"Take the line `{kind} {number} …` out of HUB_KEYS everywhere, in any order.",
        )


def _refused(refusal: Refusal, name: str) -> click.exceptions.Exit:
    if refusal.why == "unknown":
        raise usage(f"{name}はありません。", f"There is no {name}.")
    counted = ", ".join(
        f"{word(_RESTING, what)} {count:,}" for what, count in sorted(refusal.rows.items())
    )
    words = {
        "used": Words(
            f"{name}は使用中です。先に hub keys rotate を実行してください。",
            f"The {name} is in use. Run hub keys rotate first.",
        ),
        "settling": Words(
            f"{name}は置き換えられたばかりです。{when(refusal.until)}以降に実行してください。",
            f"The {name} was replaced only now; a process may still be writing with it. "
            f"Run this after {when(refusal.until)}.",
        ),
        "rows": Words(
            f"{name}が必要な行があります({counted})。先に hub keys rotate を実行してください。",
            f"Rows still need the {name} ({counted}). Run hub keys rotate first.",
        ),
        "resting": Words(
            f"{name}だけで検索される番号があるため、廃止できません({counted})。",
            f"Numbers are found by the {name} alone, so it has to stay ({counted}).",
        ),
    }[refusal.why]
    return failed(words.ja, words.en)
