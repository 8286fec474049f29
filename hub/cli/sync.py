"""`hub sync CONNECTION`: read people and consent from a connection, here and now."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, note, print_json, say, table, tell, word
from hub.cli.progress import Bar
from hub.contacts.progress import Progress, RunResult
from hub.contacts.pull import pull
from hub.contacts.vanish import check_vanished
from hub.factory import Hub, build
from hub.store import counts
from hub.store.connections import ConnectionRow
from hub.values.labels import VERDICTS

LONGEST_WAIT = 300.0
"""Seconds that a platform may ask a person at a terminal to wait; then the command ends."""


@click.command()
@click.argument("connection")
@click.option("--watch", is_flag=True, help="Go on reading what changes until Ctrl-C.")
@click.option(
    "--every",
    type=click.IntRange(5),
    default=60,
    show_default=True,
    help="Seconds between two reads with --watch.",
)
@click.option("--full", is_flag=True, help="Also look for records that are not there any more.")
@json_option
def command(connection: str, watch: bool, every: int, full: bool, as_json: bool) -> None:
    """Read what changed in CONNECTION since the last time, everything the first time.

    Each page is stored before the next is read: ended anywhere, Ctrl-C and kill -9 included, the
    same command goes on behind the last page. Afterwards it says what is there, by verdict.

    Exit codes: 0 read to the end (or watched until Ctrl-C); 1 it failed, was suspended or
    stopped, and why was told; 2 wrong usage.
    """
    hub = build()
    row = hub.connections.row(connection)
    with hub.database.write() as tx:
        audit.note(hub, tx, "connection.pull", f"connection:{row.name}")
    try:
        ended = _round(hub, row, full, as_json)
        while watch and ended.state in ("done", "stopped", "busy"):
            time.sleep(every)
            ended = _round(hub, row, full, as_json)
    except KeyboardInterrupt:
        if watch:
            return
        raise failed(
            "中断しました。同じコマンドで続きから再開します。",
            "Stopped. The same command goes on from there.",
        ) from None
    if ended.state != "done":
        raise click.exceptions.Exit(1)


def _round(hub: Hub, row: ConnectionRow, full: bool, as_json: bool) -> RunResult:
    ended = _run(hub, row, pull, say(f"{row.name} を読み込み中", f"Reading {row.name}"), as_json)
    gone: RunResult | None = None
    if full and ended.state == "done":
        title = say(f"{row.name} の削除を確認中", f"Looking for what has gone from {row.name}")
        gone = _run(hub, row, check_vanished, title, as_json)
    with hub.database.read() as tx:
        verdicts = counts.verdicts(tx, row.id)
    last = gone or ended
    if as_json:
        print_json(_values(row, ended, gone, verdicts))
    else:
        _print(ended, gone, verdicts)
    if last.state != "done":
        reason = last.words
        note(
            reason.ja or "途中で止まりました。同じコマンドで続きから再開します。",
            reason.en or "It stopped half way. The same command goes on from there.",
        )
    return last


def _run(
    hub: Hub,
    row: ConnectionRow,
    work: Callable[..., RunResult],
    title: str,
    quiet: bool,
) -> RunResult:
    """Run a pull or a vanished pass to its end, waiting where the platform asks for a little."""
    while True:
        with Bar(title, quiet=quiet) as bar:
            ended = work(
                hub.database,
                hub.cipher,
                hub.connections,
                hub.bells,
                hub.clock,
                row.id,
                on_progress=lambda progress: bar.show(_line(progress)),
            )
        wait = ended.retry_after
        if ended.state != "stopped" or wait is None or wait > LONGEST_WAIT:
            return ended
        note(
            f"{ended.words.ja} {wait:.0f}秒待って続けます(Ctrl-Cで中断)。",
            f"{ended.words.en} Going on in {wait:.0f} s (Ctrl-C stops).",
        )
        time.sleep(wait)


def _line(progress: Progress) -> str:
    skipped = sorted(progress.skipped.items(), key=lambda item: -item[1])
    reasons = ", ".join(f"{word(VERDICTS, key)} {count:,}" for key, count in skipped[:3])
    text = say(
        f"{progress.read:,}件読み込み・{progress.kept:,}件許諾あり",
        f"{progress.read:,} read, {progress.kept:,} kept",
    )
    return f"{text} ({reasons})" if reasons else text


def _print(ended: RunResult, gone: RunResult | None, verdicts: Mapping[str, int]) -> None:
    progress = ended.progress
    if ended.state == "done" or progress.read:
        tell(
            f"{progress.read:,}件を読み込み、うち{progress.kept:,}件に許諾あり、"
            f"{progress.changed:,}件に変更がありました。",
            f"Read {progress.read:,}, of which {progress.kept:,} consented; "
            f"{progress.changed:,} had changed.",
        )
    if gone is not None:
        tell(
            f"接続先から消えていたレコード: {gone.progress.changed:,}件",
            f"Records that have gone from the platform: {gone.progress.changed:,}",
        )
    if not verdicts:
        return
    tell("現在のレコード:", "What is there now:")
    rows = sorted(verdicts.items(), key=lambda item: (item[0] != "consented", -item[1], item[0]))
    widest = max(len(f"{count:,}") for _, count in rows)
    table(
        ["", ""],
        [[f"{count:,}".rjust(widest), word(VERDICTS, verdict)] for verdict, count in rows],
        indent="  ",
    )


def _values(
    row: ConnectionRow,
    ended: RunResult,
    gone: RunResult | None,
    verdicts: Mapping[str, int],
) -> dict[str, Any]:
    last = gone or ended
    return {
        "connection": row.name,
        "state": last.state,
        "why": last.words if last.words.en else None,
        "kind": ended.kind,
        "read": ended.progress.read,
        "kept": ended.progress.kept,
        "changed": ended.progress.changed,
        "skipped": dict(ended.progress.skipped),
        "gone": gone.progress.changed if gone else None,
        "verdicts": dict(verdicts),
    }
