"""`hub exclusion import` and `hub exclusion export`: the exclusion list as a CSV file."""

from pathlib import Path
from typing import Any

import click

from hub.cli import audit, language
from hub.cli.newfile import new_file
from hub.cli.output import failed, json_option, note, print_json, say, tell, usage, word
from hub.consent.entry import PROMOTIONAL
from hub.consent.exclusions import check_scope
from hub.contacts import excluding, exclusion_sheet
from hub.contacts.excluding import Listed, Order
from hub.contacts.exclusion_words import REFUSED
from hub.factory import Hub, build
from hub.messages import library
from hub.store import exclusion_views
from hub.values import sheet

SHOWN = 20
"""How many refused lines are printed one by one; --json gives up to a thousand."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--scope",
    default=PROMOTIONAL,
    show_default=True,
    help="Of lines without one: all, promotional or purpose:KEY.",
)
@click.option("--agent", default="", help="Who hands the list in.")
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def import_(file: Path, scope: str, agent: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Put the numbers of a CSV FILE on the list.

    The whole file is looked through first. Lines that cannot be used are named with the reason
    and left out, the others go in; every record with such a number is then told. The same file
    again changes nothing.

    Exit codes: 0 done (or shown), 1 the file cannot be used, or not all of it, 2 wrong usage.
    """
    if as_json and not (yes or dry_run):
        raise usage(
            "--json では確認できません。--yes か --dry-run を付けてください。",
            "--json cannot ask. Add --yes or --dry-run.",
        )
    hub = build()
    order = _order(hub, scope, agent)
    with file.open("rb") as opened:
        found = excluding.check(hub.database, hub.cipher, opened, order)
        if not as_json:
            _print(found)
        if not dry_run and found.added and (yes or _agreed(found)):
            sinks = hub.connections.with_role("opt_out_sink")
            found = excluding.put(hub.database, hub.cipher, opened, order, sinks)
            _note_import(hub, found)
            hub.bells.pushes()
            if not as_json:
                tell(
                    f"{found.added:,}件を送信除外リストに登録しました。",
                    f"{found.added:,} were put on the exclusion list.",
                )
    if as_json:
        print_json(_values(found, dry_run=dry_run))
    if found.refused_by_reason:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--clear", is_flag=True, help="Whole numbers, not masked; audited.")
@click.option("--lifted", is_flag=True, help="Also what was lifted.")
@click.option(
    "--encoding",
    type=click.Choice(list(sheet.ENCODINGS)),
    default=sheet.DEFAULT,
    show_default=True,
    help="Of the file.",
)
def export(file: str, clear: bool, lifted: bool, encoding: str) -> None:
    """Write the list to a CSV FILE (- is stdout), numbers masked.

    A number that nothing gives a ground to keep is on the list as a keyed hash only and has an
    empty cell. Written with --clear, the file can be imported again.

    Exit codes: 0 written, 1 the file is there already or cannot be written, 2 wrong usage.
    """
    hub = build()
    head = [words.in_(language()) for words in exclusion_sheet.HEAD]
    # Written down before a number leaves: what is broken off has shown some, too.
    with hub.database.write() as tx:
        count = exclusion_views.count(tx)
        action = "exclusion.exported_clear" if clear else "exclusion.exported"
        audit.note(hub, tx, action, "exclusions", {"rows": count})
    with new_file(file) as out, hub.database.read() as tx:
        rows = exclusion_sheet.rows(tx, hub.cipher, clear=clear, lifted_too=lifted)
        out.buffer.writelines(sheet.write(head, rows, encoding))
    note(f"{count:,}件を書き出しました。", f"Written: {count:,}.")


def _order(hub: Hub, scope: str, agent: str) -> Order:
    try:
        check_scope(scope)
    except ValueError:
        raise usage(
            "--scope: all・promotional・purpose:KEY のいずれかを書いてください。",
            "--scope: write all, promotional or purpose:KEY.",
        ) from None
    if scope.startswith("purpose:"):
        with hub.database.read() as tx:
            library.purpose_of(tx, scope.removeprefix("purpose:"))
    return Order(
        default_scope=scope,
        actor=f"agent:{agent}" if agent else audit.ACTOR,
        now=hub.clock(),
        controller=hub.config.sender_name,
    )


def _agreed(found: Listed) -> bool:
    question = say(
        f"{found.added:,}件を送信除外リストに登録しますか",
        f"Put {found.added:,} on the exclusion list",
    )
    if not click.confirm(question, err=True):
        raise failed("登録していません。", "Nothing was put on the list.")
    return True


def _note_import(hub: Hub, found: Listed) -> None:
    with hub.database.write() as tx:
        audit.note(
            hub,
            tx,
            "exclusion.imported",
            "exclusions",
            {
                "added": found.added,
                "already": found.already,
                "refused": sum(found.refused_by_reason.values()),
            },
        )


def _print(found: Listed) -> None:
    tell(
        f"文字コード: {found.encoding.name}。{found.lines:,}行のうち、新規{found.added:,}件、"
        f"登録済み{found.already:,}件、取り込めない行{sum(found.refused_by_reason.values()):,}件。",
        f"Encoding: {found.encoding.name}. Of {found.lines:,} lines {found.added:,} are new, "
        f"{found.already:,} known, {sum(found.refused_by_reason.values()):,} cannot be used.",
    )
    for each in found.refused[:SHOWN]:
        why = word(REFUSED, each.why)
        note(f"  {each.line}行目: {why}", f"  line {each.line}: {why}")
    more = sum(found.refused_by_reason.values()) - SHOWN
    if more > 0:
        note(f"  ほか{more:,}行", f"  and {more:,} more")


def _values(found: Listed, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "encoding": found.encoding.name,
        "lines": found.lines,
        "added": found.added,
        "already": found.already,
        "refused": [
            {"line": each.line, "code": each.why, "words": word(REFUSED, each.why)}
            for each in found.refused
        ],
        "refused_by_reason": found.refused_by_reason,
    }
