"""`hub retention`: what goes when, and by which rule."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import click

from hub.cli.output import json_option, print_json, say, table, tell, word
from hub.contacts.retention import Going, Rule, forecast
from hub.factory import build
from hub.store import retention
from hub.values.words import Words

RULES: Mapping[str, Words] = {
    Rule.TEXTS: Words("SMSの本文", "texts of SMS"),
    Rule.REPLIES: Words("返信の本文", "texts of replies"),
    Rule.EVENTS: Words("イベントの内容", "contents of events"),
    Rule.CONTACTS: Words("送信も許諾の更新もない人", "people without SMS or new consent"),
    Rule.EVIDENCE: Words(
        "許諾の記録の元レコード(消去済みの人)", "sources of evidence of erased people"
    ),
    Rule.ORDER: Words("消去の予約(人)", "people by orders to erase"),
}


@click.command()
@click.option(
    "--by",
    type=click.Choice(["month", "day"]),
    default="month",
    show_default=True,
    help="How finely the time is cut.",
)
@json_option
def command(by: str, as_json: bool) -> None:
    """Show what goes when: by standing rules, and by orders that wait.

    The standing rules are the variables HUB_KEEP_…; hub config shows them. The forecast is made
    from what is kept now, and days are Japan's.

    Exit codes: 0 shown, 1 the store cannot be used.
    """
    hub = build()
    now = hub.clock()
    going = forecast(hub.database, hub.config.keeping, now)
    with hub.database.read() as tx:
        held = retention.held(tx)
    rows = _summed(going, by)
    if as_json:
        print_json(
            {
                "rules": vars(hub.config.keeping),
                "held": held,
                "goes": [
                    {"when": when, "rule": rule, "count": count} for when, rule, count in rows
                ],
            }
        )
        return
    if rows:
        table(
            [say("時期", "WHEN"), say("件数", "COUNT"), say("理由", "WHAT AND WHY")],
            [[when, f"{count:,}", word(RULES, rule)] for when, rule, count in rows],
        )
    else:
        tell("期限で消えるものはありません。", "Nothing goes by itself.")
    if held:
        tell(
            f"保全中の{held}人のデータは、解除されるまで消去されません。",
            f"People under a legal hold: {held}; nothing of theirs goes until it is lifted.",
        )


def _summed(going: list[Going], by: str) -> list[tuple[str, Rule, int]]:
    counted: Counter[tuple[str, Rule]] = Counter()
    for each in going:
        counted[_span(each.day, by), each.rule] += each.count
    return [(when, rule, counted[when, rule]) for when, rule in sorted(counted)]


def _span(day: date, by: str) -> str:
    return day.isoformat() if by == "day" else day.strftime("%Y-%m")
