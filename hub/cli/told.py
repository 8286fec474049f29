"""`hub form told`: which records show what was agreed to on a form or through the API."""

from typing import Any

import click

from hub.cli.output import age, json_option, print_json, say, table, tell, word
from hub.factory import Hub, build
from hub.store import consent_pushes
from hub.store.consent_pushes import ConsentPushRow
from hub.store.pushes import OPEN
from hub.values.labels import PUSH_STATES
from hub.values.words import Words


@click.command()
@click.option("--waiting", is_flag=True, help="Only what no platform has acknowledged yet.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
def command(waiting: bool, limit: int, as_json: bool) -> None:
    """List the records that were told that their person agreed, the newest first.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = consent_pushes.listing(tx, OPEN if waiting else None, limit)
    names = {row.id: row.name for row in hub.connections.rows()}
    if as_json:
        print_json([_values(row, names) for row in rows])
        return
    if not rows:
        tell("反映する許諾はありません。", "No record has to be told of a consent.")
        return
    table(
        [
            say("接続", "CONNECTION"),
            say("レコード", "RECORD"),
            say("利用目的", "PURPOSE"),
            say("状態", "STATE"),
            say("経過", "AGE"),
            say("理由", "WHY"),
        ],
        [_line(hub, row, names) for row in rows],
    )


def _line(hub: Hub, row: ConsentPushRow, names: dict[int, str]) -> list[str]:
    return [
        names.get(row.connection_id, "-"),
        row.ref,
        row.purpose_key,
        word(PUSH_STATES, row.state),
        age((row.acknowledged_at or hub.clock()) - row.created_at),
        say(row.why_ja, row.why_en) or "-",
    ]


def _values(row: ConsentPushRow, names: dict[int, str]) -> dict[str, Any]:
    return {
        "consent": row.evidence_id,
        "connection": names.get(row.connection_id),
        "record": row.ref,
        "purpose": row.purpose_key,
        "state": row.state,
        "attempts": row.attempts,
        "confirmed": row.confirmed,
        "why": Words(row.why_ja, row.why_en),
        "since": row.created_at,
        "acknowledged_at": row.acknowledged_at,
    }
