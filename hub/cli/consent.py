"""`hub consent`: purposes, declarations, a person's history, the ledger's chain."""

import contextlib
import sys
from collections.abc import Iterator, Mapping

import click
from rich.console import Console

from hub.cli import audit, collection, purpose
from hub.cli.optouts import ORIGINS
from hub.cli.output import (
    json_option,
    note,
    print_json,
    say,
    table,
    tell,
    usage,
    when,
    word,
)
from hub.cli.record import RecordId, contact_of, link_of, masked
from hub.consent import ledger
from hub.consent.ledger import Broken, VerifyResult
from hub.factory import build
from hub.store import person_views
from hub.store.ledger import Head
from hub.store.person_views import EvidenceRow, PersonRow
from hub.values.labels import SCOPES, VERDICTS
from hub.values.ref import Ref
from hub.values.words import Words

_BROKEN = {
    "changed": Words("内容が書き換えられています", "was changed"),
    "removed": Words("直前の行が消されています", "follows rows that were removed"),
    "moved": Words("並びが変えられています", "stands in another place than it was written in"),
    "personal": Words("個人情報の部分が書き換えられています", "had its personal part changed"),
    "truncated": Words("以降の行が消されています", "is the last one; rows after it were cut off"),
    "document": Words("保存された文言が書き換えられています", "is a kept text that was changed"),
}


@click.group()
def command() -> None:
    """Declare how people agreed; show what is on record; verify the ledger."""


command.add_command(purpose.command)
command.add_command(collection.command)


@command.command()
@click.option(
    "--head",
    metavar="SEQ:HASH",
    help="The head an earlier run printed, kept elsewhere: rows cut off at the end are found too.",
)
@json_option
def verify(head: str | None, as_json: bool) -> None:
    """Read the whole ledger and say where it is not what was written.

    Prints the newest row's place and hash; kept outside the store it also tells, with --head,
    that nothing was cut off.

    Exit codes: 0 whole, 1 something was changed, removed or moved, 2 wrong usage.
    """
    hub = build()
    known = _head(head) if head else None
    waiting = say("許諾の記録を検証しています", "Reading the ledger")
    with _spinner(waiting), hub.database.read() as tx:
        found = ledger.verify(tx, hub.cipher, known)
    if as_json:
        print_json(
            {
                "entries": found.entries,
                "whole": found.whole,
                "head": _head_text(found),
                "broken": [vars(each) for each in found.broken],
            }
        )
    else:
        _print_verified(found)
    if not found.whole:
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("connection")
@click.argument("record", type=RecordId())
@json_option
def show(connection: str, record: Ref, as_json: bool) -> None:
    """Show what is on record about the person behind a record of CONNECTION, number masked.

    The look is written to the audit trail.

    Exit codes: 0 shown, 1 the record was never read or has no number, 2 wrong usage.
    """
    hub = build()
    row = hub.connections.row(connection)
    with hub.database.write() as tx:
        contact_id = contact_of(row, link_of(tx, row, record))
        number = masked(hub, tx, contact_id)
        links = person_views.people_of(tx, contact_id)
        entries = person_views.evidence_of(tx, contact_id)
        exclusions = person_views.exclusions_of(tx, contact_id)
        audit.note(hub, tx, "person.seen", f"contact:{contact_id}")
    if as_json:
        print_json(
            {
                "number": number,
                "records": [
                    {"connection": link.connection, "record": link.ref, "verdict": link.verdict}
                    for link in links
                ],
                "evidence": [vars(entry) for entry in entries],
                "exclusions": [vars(exclusion) for exclusion in exclusions],
            }
        )
        return
    _print_person(number, links, entries, exclusions)


def _print_person(
    number: str,
    links: list[PersonRow],
    entries: list[EvidenceRow],
    exclusions: list[person_views.ExclusionRow],
) -> None:
    tell(f"番号 {number}", f"Number {number}")
    tell("\nレコード", "\nRecords")
    table(
        ["", "", ""],
        [[link.connection, link.ref, word(VERDICTS, link.verdict)] for link in links],
        indent="  ",
    )
    tell("\n許諾の記録(新しい順)", "\nLedger, newest first")
    head = [
        say("記録", "RECORDED"),
        say("本人の行為", "SAID"),
        say("種別", "EVENT"),
        say("利用目的", "PURPOSE"),
        say("方法", "METHOD"),
        say("強さ", "STRENGTH"),
        say("元レコード", "SOURCE"),
    ]
    table(head, [_entry(entry) for entry in entries], indent="  ")
    if exclusions:
        tell("\n送信除外リスト", "\nExclusion list")
        table(
            [
                say("範囲", "SCOPE"),
                say("経路", "ORIGIN"),
                say("日時", "SAID"),
                say("解除", "LIFTED"),
            ],
            [
                [
                    word(SCOPES, each.scope),
                    word(ORIGINS, each.origin),
                    when(each.occurred_at),
                    when(each.lifted_at),
                ]
                for each in exclusions
            ],
            indent="  ",
        )


def _entry(entry: EvidenceRow) -> list[str]:
    return [
        when(entry.recorded_at),
        when(entry.occurred_at),
        word(_EVENTS, entry.event_type),
        entry.purpose_key,
        entry.method,
        str(entry.strength),
        entry.source_ref or "-",
    ]


def _print_verified(found: VerifyResult) -> None:
    for each in found.broken:
        note(f"{_place(each)}: {word(_BROKEN, each.kind)}", f"{_place(each)} {_broken_en(each)}.")
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


def _broken_en(each: Broken) -> str:
    found = _BROKEN.get(each.kind)
    return found.en if found else each.kind


def _head_text(found: VerifyResult) -> str | None:
    return f"{found.head.seq}:{found.head.hash.hex()}" if found.head else None


def _head(text: str) -> Head:
    seq, _, digest = text.partition(":")
    try:
        return Head(seq=int(seq), event_id="", hash=bytes.fromhex(digest))
    except ValueError:
        raise usage(
            "--head: 以前の hub consent verify が表示した 行番号:ハッシュ を書いてください。",
            "--head: write the SEQ:HASH that an earlier hub consent verify printed.",
        ) from None


@contextlib.contextmanager
def _spinner(text: str) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(text):
        yield


_EVENTS: Mapping[str, Words] = {
    "requested": Words("許諾を依頼", "asked"),
    "given": Words("許諾", "agreed"),
    "renewed": Words("再許諾", "agreed anew"),
    "refused": Words("拒否", "refused"),
    "withdrawn": Words("撤回", "withdrew"),
    "expired": Words("期限切れ", "expired"),
    "invalidated": Words("無効", "invalidated"),
    "imported": Words("取り込み", "imported"),
}
