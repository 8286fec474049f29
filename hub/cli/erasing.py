"""How the commands order an erasure: preview, confirmation, due day, and the words for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import click

from hub.cli import audit
from hub.cli.output import (
    failed,
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
from hub.contacts import erasure, erasure_traces
from hub.contacts.erasure_preview import Preview, preview
from hub.factory import Hub
from hub.messages.canceling import cancel_waiting
from hub.store import erasure_orders
from hub.store.erasure_aim import Aim
from hub.store.erasure_orders import OrderRow
from hub.values.words import Words

AFTER = 10
"""Days an order can still be canceled where nothing else is said."""

KINDS: Mapping[str, Words] = {
    "person": Words("1人", "one person"),
    "user": Words("ユーザーのデータ", "a user's data"),
    "site": Words("拠点のデータ", "a site's data"),
    "age": Words("送信も許諾の更新もない人", "people without SMS or new consent"),
}
STATES: Mapping[str, Words] = {
    "waiting": Words("予定", "Waiting"),
    "running": Words("実行中", "Running"),
    "done": Words("完了", "Done"),
    "canceled": Words("取り消し", "Canceled"),
}
GOES: Mapping[str, Words] = {
    "numbers": Words("電話番号", "numbers"),
    "records": Words("氏名・属性(レコード)", "records' names and attributes"),
    "texts": Words("SMSの本文", "texts of SMS"),
    "replies": Words("返信の本文", "texts of replies"),
    "events": Words("イベントの内容", "contents of events"),
    "proofs": Words("許諾の記録の個人情報部分", "personal parts of ledger entries"),
    "messages": Words("送信前のSMS(取り消し)", "SMS that have not left (canceled)"),
}
STAYS: Mapping[str, Words] = {
    "evidence": Words(
        "許諾の記録(法定期間の保存。番号・氏名は含みません)",
        "ledger entries (kept for the legal term, without number and name)",
    ),
    "exclusions": Words(
        "送信除外リスト(復元できない形で保存)", "exclusions (kept as a keyed hash)"
    ),
}

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class When:
    """When an order is due, and how sure whoever gives it is."""

    after: int | None
    now: bool
    dry_run: bool
    confirm: int | None
    as_json: bool


def order_options(command: Command) -> Command:
    """Add when an order is due and how it is confirmed; `how` takes the arguments."""
    for option in (
        json_option,
        click.option(
            "--confirm",
            type=click.IntRange(min=0),
            metavar="PEOPLE",
            help="How many people the preview showed; without it the command asks.",
        ),
        click.option("--dry-run", is_flag=True, help="Only show what would go and what stays."),
        click.option("--now", "at_once", is_flag=True, help="Erase at once; it cannot be undone."),
        click.option(
            "--after",
            type=click.IntRange(0, 3650),
            metavar="DAYS",
            help=f"Erase so many days from now; {AFTER} by default. Until then it can be canceled.",
        ),
    ):
        command = option(command)
    return command


def how(
    *, after: int | None, at_once: bool, dry_run: bool, confirm: int | None, as_json: bool
) -> When:
    """Check the words of the command line and give them. Raises a usage error."""
    if at_once and after is not None:
        raise usage("--now と --after は同時に指定できません。", "Give --now or --after, not both.")
    if as_json and confirm is None and not dry_run:
        raise usage(
            "--json では確認できません。--confirm か --dry-run を付けてください。",
            "--json cannot ask. Add --confirm or --dry-run.",
        )
    return When(after=after, now=at_once, dry_run=dry_run, confirm=confirm, as_json=as_json)


def order(hub: Hub, kind: str, subject: int, asked: When) -> None:
    """Show what would go, ask, order it, and carry it out where it is to go now."""
    now = hub.clock()
    would = preview(hub.database, Aim(kind=kind, subject=subject, before=now), now)
    if not asked.as_json:
        show(would)
    if asked.dry_run or not would.people:
        _told(asked, would, None)
        return
    _confirm(would, asked)
    with hub.database.write() as tx:
        days = timedelta(days=AFTER if asked.after is None else asked.after)
        row = erasure.order(
            tx,
            kind=kind,
            subject=subject,
            by=audit.ACTOR,
            now=now,
            due_at=now if asked.now else now + days,
            why="ordered",
        )
    if asked.now:
        row = carry_out(hub, row, quiet=asked.as_json)
    _told(asked, would, row)


def carry_out(hub: Hub, row: OrderRow, *, quiet: bool = False) -> OrderRow:
    """Carry out an order and take the erased bytes out of the files; give what it is then."""
    erasure.carry_out(hub.database, cancel_waiting, hub.clock, row.id)
    clean = erasure_traces.take_out(hub.database, hub.clock(), by_day=True)
    if not clean and not quiet:
        note(
            "データベースファイルの空き領域に残る暗号文は、夜間の処理で取り除きます。",
            "What is left of it in free space of the database's files goes with the nightly run.",
        )
    with hub.database.read() as tx:
        return erasure_orders.by_id(tx, row.id) or row


def show(would: Preview) -> None:
    """Print what an erasure takes and what stays, and why."""
    tell(f"対象: {would.people}人", f"People: {would.people}")
    _counts(say("消去するもの", "Goes"), GOES, would.goes)
    _counts(say("残すもの", "Stays"), STAYS, would.stays)
    if would.in_part:
        tell(
            f"うち{would.in_part}人は、他のユーザー・拠点のデータを残します。",
            f"Of {would.in_part} of them, what others have stays.",
        )
    if would.held:
        tell(
            f"うち{would.held}人は保全中のため、解除されるまで消去しません。",
            f"{would.held} of them are under a legal hold and stay until it is lifted.",
        )


def _counts(title: str, words: Mapping[str, Words], counts: Mapping[str, int]) -> None:
    rows = [[f"{counts[key]:,}", word(words, key)] for key in words if counts.get(key)]
    if rows:
        widest = max(len(row[0]) for row in rows)
        click.echo(title)
        table(["", ""], [[row[0].rjust(widest), row[1]] for row in rows], indent="  ")


def _confirm(would: Preview, asked: When) -> None:
    typed = asked.confirm
    if typed is None and would.people == 1:
        typed = 1 if click.confirm(say("消去しますか", "Erase this"), err=True) else 0
    elif typed is None:
        question = say("消去する人数を入力してください", "Type how many people are to be erased")
        typed = click.prompt(question, type=int, err=True)
    if typed != would.people:
        raise failed(
            f"対象は{would.people}人です。何も変更していません。",
            f"{would.people} people are meant. Nothing was changed.",
        )


def _told(asked: When, would: Preview, row: OrderRow | None) -> None:
    if asked.as_json:
        print_json({"order": values(row) if row else None, "preview": vars(would)})
    elif row is None:
        tell("何も変更していません。", "Nothing was changed.")
    elif row.state == "done":
        tell(
            f"消去しました(#{row.id}、{row.people}人)。",
            f"Erased (#{row.id}, people: {row.people}).",
        )
    else:
        tell(
            f"#{row.id} として{when(row.due_at)}に消去します。"
            f"それまでは hub erase cancel {row.id} で取り消せます。",
            f"#{row.id} will be carried out on {when(row.due_at)}; "
            f"until then hub erase cancel {row.id} takes it back.",
        )


def state_of(row: OrderRow) -> str:
    """Give the words for an order's state."""
    state = word(STATES, row.state)
    if row.held and row.state == "waiting":
        return f"{state} ({say(f'保全中 {row.held}人', f'{row.held} on legal hold')})"
    return state


def values(row: OrderRow) -> dict[str, Any]:
    """Give an order for `--json`."""
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "why": row.why,
        "ordered_by": row.ordered_by,
        "ordered_at": row.ordered_at,
        "due_at": row.due_at,
        "state": row.state,
        "people": row.people,
        "held": row.held,
        "counts": row.counts,
        "finished_at": row.finished_at,
        "canceled_by": row.canceled_by,
    }
