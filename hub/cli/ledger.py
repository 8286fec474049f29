"""`hub consent verify` and `hub consent heads`: is the ledger what was written?"""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click
from rich.console import Console

from hub.cli import audit
from hub.cli.output import json_option, note, print_json, say, table, tell, usage, when, word
from hub.consent import heads, ledger
from hub.consent.heads import Chain, Found, Trouble
from hub.consent.ledger import Broken, VerifyResult
from hub.factory import Hub, build
from hub.values.words import Words

BROKEN = {
    "changed": Words("内容が書き換えられています", "was changed"),
    "removed": Words("直前の行が消されています", "follows rows that were removed"),
    "moved": Words("並びが変えられています", "stands in another place than it was written in"),
    "added": Words("後から差し込まれています", "was slipped in"),
    "personal": Words("個人情報の部分が書き換えられています", "had its personal part changed"),
    "truncated": Words("以降の行が消されています", "is the last one; rows after it were cut off"),
    "rewritten": Words(
        "外部に控えたハッシュと一致しません(ここまでが書き直されています)",
        "has another hash than the one kept outside; all up to here was written anew",
    ),
    "document": Words("保存された文言が書き換えられています", "is a kept text that was changed"),
}

_VERIFY = Words(
    "hub consent verify と hub audit verify を実行してください。",
    "Run hub consent verify and hub audit verify.",
)
_AT_WORK = Words(
    "hub run(または hub schedule)の動作を確認してください。",
    "See whether hub run (or hub schedule) is at work.",
)
TROUBLES: Mapping[Trouble, tuple[Words, Words]] = {
    Trouble.NEVER_KEPT: (Words("まだ控えがありません。", "Nothing was kept there yet."), _AT_WORK),
    Trouble.OLDER: (Words("控えが古くなっています。", "Its newest head is old."), _AT_WORK),
    Trouble.DAMAGED: (
        Words(
            "読めない行があります。書き込み中の停止か、改変です。",
            "Some lines cannot be read: a crash while writing, or somebody changed them.",
        ),
        Words("コピーと比べてください。", "Compare it with a copy."),
    ),
    Trouble.OPEN: (
        Words("ほかのユーザーが読み書きできます。", "Others can read or write it."),
        Words("chmod 600 を実行してください。", "Run chmod 600 on it."),
    ),
    Trouble.UNREADABLE: (
        Words("開けません。", "It cannot be opened."),
        Words("所有者と権限を確認してください。", "Check its owner and permissions."),
    ),
    Trouble.MISSING: (
        Words("以前あった控えがありません。", "It was there and is gone."),
        Words(
            "誰が消したかを確認し、コピーを戻すか、"
            "hub consent heads --restart で新しく始めてください。",
            "Find out who removed it; put a copy back, or begin anew with "
            "hub consent heads --restart.",
        ),
    ),
    Trouble.TRUNCATED: (
        Words(
            "控えより後ろの行が消されています。",
            "The store ends before what is kept there: rows were cut off.",
        ),
        _VERIFY,
    ),
    Trouble.REWRITTEN: (
        Words(
            "控えと一致しません。書き直されています。",
            "The store has another hash than what is kept there: it was written anew.",
        ),
        _VERIFY,
    ),
}
"""What is wrong with a place that keeps heads, and what to do."""

CHAINS: Mapping[str, Words] = {
    Chain.LEDGER: Words("許諾の記録", "ledger"),
    Chain.AUDIT: Words("操作履歴", "audit trail"),
}


@click.command()
@click.option(
    "--head",
    metavar="SEQ:HASH",
    help="A head kept elsewhere, as an earlier run printed it, to compare with as well.",
)
@json_option
def verify(head: str | None, as_json: bool) -> None:
    """Read the whole ledger and say where it is not what was written.

    It is compared with the heads kept outside the store, so rows cut off at the end and a ledger
    written anew are found too; a file of heads that is missing or old is told.

    Exit codes: 0 whole, 1 something was changed, removed or moved, or a file of heads is missing
    or cannot be read, 2 wrong usage.
    """
    hub = build()
    known = [head_of(head)] if head else []
    waiting = say("許諾の記録を検証しています", "Reading the ledger")
    with spinner(waiting), hub.database.read() as tx:
        known += heads.known(hub.config, Chain.LEDGER)
        found = ledger.verify(tx, hub.cipher, known)
        places = heads.look(tx, hub.config, hub.clock())
    if as_json:
        print_json(
            {
                "entries": found.entries,
                "whole": found.whole,
                "head": _head_text(found),
                "broken": [vars(each) for each in found.broken],
                "kept": [place_values(each) for each in places],
            }
        )
    else:
        _print_verified(found)
        print_places(places, trouble_only=True)
    if not found.whole or heads.hard(places):
        raise click.exceptions.Exit(1)


@click.command("heads")
@click.option("--now", "keep_now", is_flag=True, help="Keep the newest heads now.")
@click.option(
    "--restart", is_flag=True, help="Begin every file anew, after a restore or where one was lost."
)
@click.option("--why", default="", help="Why it begins anew; stands in the file and in the trail.")
@json_option
def heads_command(keep_now: bool, restart: bool, why: str, as_json: bool) -> None:
    """Show the files that keep the newest hash of ledger and audit trail outside the store.

    A file that is gone is never made anew by itself. --restart does, with its reason; what was kept
    before stays readable in the file.

    Exit codes: 0 shown or kept, 1 a file is missing, cannot be read or does not agree, 2 wrong
    usage.
    """
    if restart and not why.strip():
        raise usage(
            "--restart: --why で理由を書いてください。", "--restart: say the reason with --why."
        )
    hub = build()
    if restart:
        _restart(hub, why.strip())
    elif keep_now:
        heads.keep(hub.database, hub.config, hub.clock())
    with hub.database.read() as tx:
        places = heads.look(tx, hub.config, hub.clock())
    if as_json:
        print_json([place_values(each) for each in places])
    else:
        print_places(places)
    if heads.hard(places):
        raise click.exceptions.Exit(1)


def _restart(hub: Hub, why: str) -> None:
    with hub.database.write() as tx:
        audit.note(hub, tx, "heads.restarted", "heads")
    heads.begin_anew(hub.database, hub.config, why=why, by=audit.ACTOR, now=hub.clock())


def head_of(text: str) -> tuple[int, bytes]:
    """Read `SEQ:HASH`; ends the command with 2 where it is none."""
    seq, _, digest = text.partition(":")
    try:
        return int(seq), bytes.fromhex(digest)
    except ValueError:
        raise usage(
            "--head: 以前の検証が表示した 行番号:ハッシュ を書いてください。",
            "--head: write the SEQ:HASH that an earlier verify printed.",
        ) from None


def place_values(found: Found) -> dict[str, Any]:
    """Give how a place stands, for `--json`."""
    return {
        "file": str(found.path),
        "troubles": [str(each) for each in found.troubles],
        "newest": [
            {"chain": str(each.chain), "seq": each.seq, "hash": each.hash.hex(), "at": each.at}
            for each in found.newest.values()
        ],
        "began_anew_at": found.beginning.at if found.beginning else None,
    }


def print_places(places: list[Found], *, trouble_only: bool = False) -> None:
    """Print how the places stand; with `trouble_only` those alone that are not in order."""
    for each in places:
        if trouble_only and not each.troubles:
            continue
        tell(f"控え {each.path}", f"Heads kept in {each.path}")
        if each.beginning:
            tell(
                f"  {when(each.beginning.at)}に新しく開始: {each.beginning.why}",
                f"  begun anew at {when(each.beginning.at)}: {each.beginning.why}",
            )
        if not trouble_only:
            table(
                ["", "", "", ""],
                [
                    [word(CHAINS, chain), str(kept.seq), when(kept.at), kept.hash.hex()]
                    for chain, kept in each.newest.items()
                ],
                indent="  ",
            )
        for trouble in each.troubles:
            found, todo = TROUBLES[trouble]
            note(f"  {found.ja}{todo.ja}", f"  {found.en} {todo.en}")


def _print_verified(found: VerifyResult) -> None:
    for each in found.broken:
        note(f"{_place(each)}: {BROKEN[each.kind].ja}", f"{_place(each)} {BROKEN[each.kind].en}.")
    if found.whole:
        tell(
            f"{found.entries}件の記録に改変・削除・並べ替えはありません。",
            f"{found.entries} entries: nothing was changed, removed or moved.",
        )
    else:
        note(
            "バックアップと比べ、誰がいつデータベースに触れたかを確認してください。",
            "Compare with a backup, and find out who touched the database and when.",
        )
    head = _head_text(found)
    if head:
        tell(f"最新の記録(別の場所に控えてください): {head}", f"Head, to be kept elsewhere: {head}")


def _place(each: Broken) -> str:
    if each.sha256:
        return say(f"文書 {each.sha256[:12]}", f"Document {each.sha256[:12]}")
    return say(f"{each.seq}行目", f"Row {each.seq}")


def _head_text(found: VerifyResult) -> str | None:
    return f"{found.head.seq}:{found.head.hash.hex()}" if found.head else None


@contextlib.contextmanager
def spinner(text: str) -> Iterator[None]:
    """Show on a terminal that something is at work."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(text):
        yield
