"""`hub stock`: which of the contacts at hand may be texted at all, and what about the others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hub.cli import audit, language
from hub.cli.output import json_option, note, print_json, table, tell, usage, word
from hub.consent import purposes, stock
from hub.consent.purposes import Purpose
from hub.consent.stock import Tally
from hub.consent.ways import WORDS as WAYS
from hub.factory import Hub, build
from hub.messages import library, stock_sheet
from hub.messages.stock_sheet import KINDS, ranked, why
from hub.store.connections import ConnectionRow
from hub.values import sheet

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("connection", required=False)
@click.option("--purpose", "keys", multiple=True, help="Only for this purpose; repeatable.")
@click.option("--csv", "csv_file", type=_FILE, help="Write the counts as a sheet.")
@click.option("--records", "records_file", type=_FILE, help="Write every record as a sheet.")
@click.option("--clear", is_flag=True, help="Whole numbers in --records, not masked; audited.")
@click.option(
    "--encoding",
    type=click.Choice(list(sheet.ENCODINGS)),
    default=sheet.DEFAULT,
    show_default=True,
    help="Of the sheets.",
)
@json_option
def command(
    connection: str | None,
    keys: tuple[str, ...],
    csv_file: Path | None,
    records_file: Path | None,
    clear: bool,
    encoding: str,
    as_json: bool,
) -> None:
    """Take stock: who may be texted now, who not and why, and what may be done about it.

    For each connection (or CONNECTION only) and purpose, by the same gate that every message
    passes. Counted are numbers, and records without a mobile number.

    Exit codes: 0 shown, 1 there is no such connection or purpose, 2 wrong usage.
    """
    if clear and records_file is None:
        raise usage("--clear は --records と一緒に使います。", "--clear goes with --records.")
    hub = build()
    rows = _connections(hub, connection)
    with hub.database.read() as tx:
        wanted = [library.purpose_of(tx, key) for key in keys] or purposes.every(tx)
        taken = [(row, stock.take(tx, row.id, wanted, hub.policy, hub.clock())) for row in rows]
    if csv_file:
        _write_counts(csv_file, taken, encoding)
    if records_file:
        _write_records(hub, records_file, rows, wanted, encoding, clear=clear)
    if as_json:
        print_json([_values(row, tally) for row, tallies in taken for tally in tallies])
        return
    if not wanted:
        tell(
            "利用目的がまだありません。hub consent purpose add で登録してください。",
            "There are no purposes yet. Describe one with hub consent purpose add.",
        )
    for row, tallies in taken:
        for tally in tallies:
            _print(row, tally)


def _connections(hub: Hub, name: str | None) -> list[ConnectionRow]:
    if name:
        return [hub.connections.row(name)]
    return [row for row in hub.connections.rows() if "contact_source" in hub.connections.roles(row)]


def _print(row: ConnectionRow, tally: Tally) -> None:
    may = tally.count("may")
    total = tally.count("may", "waits", "barred", "no_number")
    tell(
        f"{row.name} - {tally.purpose_key}: {total:,}件のうち{may:,}件に送信できます。",
        f"{row.name} - {tally.purpose_key}: {may:,} of {total:,} may be texted.",
    )
    lines = [
        [
            f"{count:,}",
            word(KINDS, place.kind),
            place.code or "-",
            why(place).in_(language()) or "-",
        ]
        for place, count in ranked(tally)
    ]
    widest = max((len(line[0]) for line in lines), default=0)
    table([""] * 4, [[line[0].rjust(widest), *line[1:]] for line in lines], indent="  ")
    for way in dict.fromkeys(place.way for place, _ in ranked(tally) if place.kind != "may"):
        count = sum(n for place, n in tally.places.items() if place.way == way)
        tell(f"  → {count:,}件: {WAYS[way].ja}", f"  -> {count:,}: {WAYS[way].en}")


def _write_counts(
    file: Path, taken: Sequence[tuple[ConnectionRow, list[Tally]]], encoding: str
) -> None:
    rows = [line for row, each in taken for line in stock_sheet.counts(row.name, each, language())]
    head = [words.in_(language()) for words in stock_sheet.COUNTS_HEAD]
    with file.open("wb") as out:
        out.writelines(sheet.write(head, rows, encoding))
    note(f"件数を{file}に書き出しました。", f"The counts are in {file}.")


def _write_records(
    hub: Hub,
    file: Path,
    rows: Sequence[ConnectionRow],
    wanted: Sequence[Purpose],
    encoding: str,
    *,
    clear: bool,
) -> None:
    head = [words.in_(language()) for words in stock_sheet.RECORDS_HEAD]
    # Written down before a number leaves: a command that is broken off has shown some, too.
    with hub.database.write() as tx:
        action = "stock.exported_clear" if clear else "stock.exported"
        audit.note(hub, tx, action, "stock")
    with hub.database.read() as tx, file.open("wb") as out:
        lines = (
            line
            for row in rows
            for line in stock_sheet.records(
                tx,
                hub.cipher,
                row.name,
                stock.lines(tx, row.id, wanted, hub.policy, hub.clock()),
                language(),
                clear=clear,
            )
        )
        out.writelines(sheet.write(head, lines, encoding))
    file.chmod(0o600)
    note(f"レコードごとの一覧を{file}に書き出しました。", f"The records are in {file}.")


def _values(row: ConnectionRow, tally: Tally) -> dict[str, Any]:
    return {
        "connection": row.name,
        "purpose": tally.purpose_key,
        "class": tally.message_class,
        "may": tally.count("may"),
        "waits": tally.count("waits"),
        "barred": tally.count("barred"),
        "no_number": tally.count("no_number"),
        "reasons": [
            {
                "state": place.kind,
                "code": place.code,
                "count": count,
                "words": why(place).in_(language()),
                "way": str(place.way),
                "todo": WAYS[place.way].in_(language()),
            }
            for place, count in ranked(tally)
            if place.kind != "may"
        ],
    }
