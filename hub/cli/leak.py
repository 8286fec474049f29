"""`hub leak-report`: a draft of the report that the law asks for after a leak."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

import click

from hub.access.leak import Deadlines, LeakFacts, Span, deadlines, facts
from hub.cli import audit, language
from hub.cli.leak_text import TITLE, Section, markdown, page, sections
from hub.cli.moment import Moment
from hub.cli.newfile import new_file
from hub.cli.output import JAPAN, note, print_json, usage, when
from hub.factory import build
from hub.values.words import Language, Words


@click.command()
@click.option("--from", "since", type=Moment(), required=True, help="Since when it may have been.")
@click.option("--until", type=Moment(last=True), required=True, help="Until when, included.")
@click.option("--actor", help="Only what this actor did, such as user:3.")
@click.option("--connection", help="Only people with a record in this connection.")
@click.option("--known", type=Moment(), help="When the company knew of it: gives the deadlines.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "markdown", "json"]),
    default="html",
    show_default=True,
    help="A page to print, a text to go on writing in, or the counts.",
)
@click.option(
    "--language",
    "chosen",
    type=click.Choice(["ja", "en"]),
    help="The draft's language; the terminal's by default.",
)
@click.option("-o", "--output", "file", required=True, help="A new file; - is stdout.")
def command(
    *,
    since: datetime,
    until: datetime,
    actor: str | None,
    connection: str | None,
    known: datetime | None,
    kind: str,
    chosen: str | None,
    file: str,
) -> None:
    """Draft the report of a leak of personal data (個人情報保護法 art. 26) from the audit trail.

    It counts whose data was seen, exported or sent in a span, and which items; what only a human
    can know is marked. It names nobody.

    Exit codes: 0 written, 1 the file is there already or cannot be written, 2 wrong usage.
    """
    if until <= since:
        raise usage("--until は --from より後にしてください。", "--until must lie behind --from.")
    hub = build()
    row = hub.connections.row(connection) if connection else None
    span = Span(since=since, until=until, actor=actor, connection_id=row.id if row else None)
    with hub.database.read() as tx:
        found = facts(tx, span)
    due = deadlines(known.astimezone(JAPAN).date()) if known else None
    about = _about(span, row.label if row else None)
    parts = sections(found, due, about)
    speaks = cast(Language, chosen or language())
    with new_file(file) as out:
        with hub.database.write() as tx:
            audit.note(hub, tx, "leak_report.made", "audit", {"at_most": found.at_most})
        if kind == "json":
            print_json(_values(found, due, parts, speaks), out)
        elif kind == "markdown":
            out.write(markdown(TITLE.in_(speaks), parts, speaks))
        else:
            out.write(page(parts, speaks))
    note(
        f"下書きを書き出しました(対象は最大{found.at_most:,}人)。空欄は担当者が記入してください。",
        f"Written, of at most {found.at_most:,} people. What is marked is for a human to write.",
    )


def _about(span: Span, connection: str | None) -> Words:
    start, end = when(span.since), when(span.until)
    who = span.actor or "-"
    where = connection or "-"
    return Words(
        f"調査した期間: {start} 〜 {end}(日本時間)。操作者: {who}。接続: {where}。",
        f"Looked at: {start} to {end}, Japan time. Actor: {who}. Connection: {where}.",
    )


def _values(
    found: LeakFacts, due: Deadlines | None, parts: list[Section], speaks: Language
) -> dict[str, Any]:
    return {
        "from": found.span.since,
        "until": found.span.until,
        "actor": found.span.actor,
        "people": found.people,
        "people_at_most": found.at_most,
        "over_threshold": found.over_threshold,
        "items": list(found.items),
        "acts": dict(found.acts),
        "actors": list(found.actors),
        "addresses": list(found.addresses),
        "sent": asdict(found.sent),
        "deadlines": asdict(due) if due else None,
        "sections": [
            {
                "title": part.title.in_(speaks),
                "lines": [each.in_(speaks) for each in part.lines],
                "to_be_written": part.ask.in_(speaks) if part.ask else None,
            }
            for part in parts
        ],
    }
