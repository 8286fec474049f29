"""`hub consent`: purposes, declarations, a person's history, the ledger and its proof."""

from collections.abc import Mapping

import click

from hub.cli import audit, collection, export, ledger, paper, proof, purpose
from hub.cli.optouts import ORIGINS
from hub.cli.output import (
    json_option,
    print_json,
    say,
    table,
    tell,
    when,
    word,
)
from hub.cli.record import RecordId, contact_of, link_of, masked
from hub.factory import build
from hub.store import person_views
from hub.store.person_views import EvidenceRow, PersonRow
from hub.values.labels import SCOPES, VERDICTS
from hub.values.ref import Ref
from hub.values.words import Words


@click.group()
def command() -> None:
    """Declare how people agreed; show what is on record; verify the ledger."""


command.add_command(purpose.command)
command.add_command(collection.command)
command.add_command(paper.command, "paper")
command.add_command(export.command, "export")
command.add_command(proof.command, "proof")
command.add_command(ledger.verify)
command.add_command(ledger.heads_command)


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
