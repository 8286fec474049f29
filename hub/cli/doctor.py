"""`hub doctor`: how everything stands, and what to do about what does not."""

import os
from collections.abc import Sequence

import click

from hub.cli import checkup, heads_check, journal_check, language
from hub.cli.finding import LEVELS, Finding, Level, bad, ok, warn
from hub.cli.output import json_option, print_json, say, table, tell, word
from hub.cli.progress import Bar
from hub.cli.visit import visit
from hub.config import read_config
from hub.errors import HubError
from hub.factory import Hub, build, system_clock
from hub.store.replies import count_open
from hub.values.words import Words

_COLOURS: dict[Level, str] = {"ok": "green", "warn": "yellow", "bad": "red"}


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Check settings, store, keys, broker, plugins and every connection.

    Each connection is signed in to. One that was parked and signs in well again is used again.

    Exit codes: 0 nothing is bad (there may be warnings), 1 something is.
    """
    with Bar(say("確認中", "Checking"), quiet=as_json) as bar:
        findings = _look(bar)
    worst = sum(1 for each in findings if each.level == "bad")
    warnings = sum(1 for each in findings if each.level == "warn")
    if as_json:
        print_json(
            {
                "ok": not worst,
                "findings": [
                    {
                        "level": each.level,
                        "about": each.about,
                        "found": each.found.in_(language()),
                        "todo": each.todo.in_(language()) if each.todo else None,
                    }
                    for each in findings
                ],
            }
        )
    else:
        _print(findings)
        tell(f"\n異常 {worst}件、注意 {warnings}件", f"\n{worst} bad, {warnings} to look at")
    if worst:
        raise click.exceptions.Exit(1)


def _look(bar: Bar) -> list[Finding]:
    try:
        config = read_config(os.environ)
    except HubError as exc:
        return [bad("settings", exc.words)]
    findings = [ok("settings", "読み取り済み", "read"), *checkup.settings(config)]
    bar.show(say("データベース", "store"))
    findings += checkup.store(config)
    bar.show(say("ブローカー", "broker"))
    findings += checkup.broker(config, system_clock)
    bar.show(say("プラグイン", "plugins"))
    findings += checkup.plugins(config, os.environ)
    broken = {each.about for each in findings if each.level == "bad"}
    if broken & {"store", "keys", "plugins.toml"}:
        return findings
    hub = build()
    findings += heads_check.look(hub)
    findings.append(journal_check.look(hub))
    findings.append(_replies(hub))
    rows = hub.connections.rows()
    for at, row in enumerate(rows):
        bar.show(row.name, at, len(rows))
        findings += visit(hub, row)
    return findings


def _replies(hub: Hub) -> Finding:
    with hub.database.read() as tx:
        waiting = count_open(tx)
    if not waiting:
        return ok("replies", "判断待ちなし", "none waits for a decision")
    return warn(
        "replies",
        Words(
            f"配信停止の可能性がある返信が{waiting:,}件あり、その番号への広告を保留しています。",
            f"{waiting:,} may be a stop; advertising to their numbers waits.",
        ),
        Words("hub replies list --open で確認してください。", "See hub replies list --open."),
    )


def _print(findings: Sequence[Finding]) -> None:
    table(
        ["", "", ""],
        [
            [
                click.style(word(LEVELS, each.level), fg=_COLOURS[each.level]),
                each.about,
                " ".join(words.in_(language()) for words in (each.found, each.todo) if words),
            ]
            for each in findings
        ],
    )
