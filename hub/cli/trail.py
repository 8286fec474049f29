"""`hub audit`: who saw, exported, sent, erased or changed what, when, from where."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from hub.access import trail
from hub.access.trail import BrokenTrail, TrailResult
from hub.cli import audit
from hub.cli.ledger import BROKEN, head_of, place_values, print_places, spinner
from hub.cli.moment import Moment
from hub.cli.newfile import new_file
from hub.cli.output import json_option, note, print_json, say, table, tell, when
from hub.consent import heads
from hub.consent.heads import Chain
from hub.factory import build
from hub.store import audit as rows_of
from hub.store.audit import AuditFilter, AuditRow
from hub.values import sheet

Command = TypeVar("Command", bound=Callable[..., Any])

COLUMNS = ("seq", "at", "actor", "action", "object", "address", "detail", "hash")


@click.group()
def command() -> None:
    """Show, export and verify the audit trail: who did what, when, from where."""


def _filters(wanted: Command) -> Command:
    for option in (
        click.option("--address", help="Only from this network address."),
        click.option("--object", "object_", help="Only about this, such as contact:5 or send:3."),
        click.option("--action", help="Only acts whose name begins so: person. or person.seen."),
        click.option("--actor", help="Only by this actor, such as terminal or user:3."),
        click.option("--until", type=Moment(last=True), help="Until this time, included."),
        click.option("--from", "since", type=Moment(), help="From this time on."),
    ):
        wanted = option(wanted)
    return wanted


@command.command("list")
@_filters
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most."
)
@json_option
def list_(limit: int, as_json: bool, **asked: Any) -> None:
    """List what was done, the newest first.

    Exit codes: 0 listed, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = rows_of.page(tx, _wanted(**asked), limit=limit)
    if as_json:
        print_json([_values(row) for row in rows])
        return
    if not rows:
        tell("該当する操作はありません。", "Nothing of that kind was done.")
        return
    table(
        [
            say("日時", "WHEN"),
            say("操作者", "WHO"),
            say("操作", "WHAT"),
            say("対象", "OBJECT"),
            say("アドレス", "ADDRESS"),
            say("内容", "DETAIL"),
        ],
        [
            [when(row.at), row.actor, row.action, row.object, row.address or "-", _detail(row)]
            for row in rows
        ],
    )
    if len(rows) == limit:
        tell(
            f"{limit}件まで表示しました。--limit で増やせます。",
            f"Shown are {limit}; --limit shows more.",
        )


@command.command()
@_filters
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="CSV opens in a spreadsheet; JSON has one row a line.",
)
@click.option("-o", "--output", "file", required=True, help="A new file; - is stdout.")
def export(kind: str, file: str, **asked: Any) -> None:
    """Write rows of the trail to a file, the oldest first. That it was done stands in the trail.

    Exit codes: 0 written, 1 the file is there already or cannot be written, 2 wrong usage.
    """
    hub = build()
    wanted = _wanted(**asked)
    with new_file(file) as out:
        with hub.database.write() as tx:
            count = rows_of.count(tx, wanted)
            audit.note(hub, tx, "audit.exported", "audit", {"rows": count, "format": kind})
        with hub.database.read() as tx:
            if kind == "csv":
                cells = (_cells(row) for row in rows_of.stream(tx, wanted))
                out.writelines(piece.decode() for piece in sheet.write(COLUMNS, cells))
            else:
                for row in rows_of.stream(tx, wanted):
                    values = _values(row) | {"at": row.at.isoformat()}
                    out.write(json.dumps(values, ensure_ascii=False) + "\n")
    note(f"{count}件を書き出しました。", f"{count} rows written.")


@command.command()
@click.option(
    "--head",
    metavar="SEQ:HASH",
    help="A head kept elsewhere, as an earlier run printed it, to compare with as well.",
)
@json_option
def verify(head: str | None, as_json: bool) -> None:
    """Read the whole trail and say where it is not what was written.

    It is compared with the heads kept outside the store; see hub consent heads.

    Exit codes: 0 whole, 1 something was changed, removed or slipped in, or a file of heads is
    missing or cannot be read, 2 wrong usage.
    """
    hub = build()
    known = [head_of(head)] if head else []
    with spinner(say("操作履歴を検証しています", "Reading the trail")), hub.database.read() as tx:
        known += heads.known(hub.config, Chain.AUDIT)
        found = trail.verify(tx, known)
        places = heads.look(tx, hub.config, hub.clock())
    if as_json:
        print_json(
            {
                "rows": found.rows,
                "unchained": found.unchained,
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


def _wanted(
    since: datetime | None,
    until: datetime | None,
    actor: str | None,
    action: str | None,
    object_: str | None,
    address: str | None,
) -> AuditFilter:
    return AuditFilter(
        since=since, until=until, actor=actor, action=action, object_=object_, address=address
    )


def _print_verified(found: TrailResult) -> None:
    for each in found.broken:
        note(f"{_place(each)}: {BROKEN[each.kind].ja}", f"{_place(each)} {BROKEN[each.kind].en}.")
    if found.whole:
        tell(
            f"{found.rows}件の操作に改変・削除・差し込みはありません。",
            f"{found.rows} rows: nothing was changed, removed or slipped in.",
        )
    else:
        note(
            "バックアップと比べ、誰がいつデータベースに触れたかを確認してください。",
            "Compare with a backup, and find out who touched the database and when.",
        )
    if found.unchained:
        tell(
            f"うち{found.unchained}件は連鎖の導入前の行で、改変の有無は分かりません。",
            f"{found.unchained} of them are older than the chain: whether those were touched "
            "cannot be told.",
        )
    head = _head_text(found)
    if head:
        tell(f"最新の行(別の場所に控えてください): {head}", f"Head, to be kept elsewhere: {head}")


def _place(each: BrokenTrail) -> str:
    if not each.seq and each.id:
        return say(f"番号{each.id}の行", f"Row with id {each.id}")
    return say(f"{each.seq}行目", f"Row {each.seq}")


def _head_text(found: TrailResult) -> str | None:
    return f"{found.head.seq}:{found.head.hash.hex()}" if found.head else None


def _detail(row: AuditRow) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.detail.items())


def _values(row: AuditRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "object": row.object,
        "address": row.address,
        "detail": dict(row.detail),
        "hash": row.hash.hex() if row.hash else None,
    }


def _cells(row: AuditRow) -> list[str]:
    values = _values(row) | {
        "at": row.at.isoformat(),
        "detail": json.dumps(dict(row.detail), ensure_ascii=False, sort_keys=True),
    }
    return ["" if values[name] is None else str(values[name]) for name in COLUMNS]
