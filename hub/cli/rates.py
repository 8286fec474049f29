"""`hub rates`: how many SMS arrive, how fast, and why others do not."""

from datetime import timedelta
from typing import Any, get_args

import click

from hub.cli import language
from hub.cli.output import age, json_option, print_json, say, table, tell
from hub.factory import build
from hub.messages import rates
from hub.messages.rates import Rate
from hub.messages.reasons import words_for
from hub.messages.states import State
from hub.store.rates import By

_SHOWN = (State.DELIVERED, State.UNDELIVERED, State.EXPIRED, State.REJECTED, State.UNKNOWN)


@click.command()
@click.option(
    "--by",
    type=click.Choice(get_args(By)),
    default="gateway",
    show_default=True,
    help="What the figures are told apart by.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    help="Of what left within so many days.",
)
@json_option
def command(by: By, days: int, as_json: bool) -> None:
    """Show how many SMS arrived of those handed to gateways, how fast, and why others did not.

    Exit codes: 0 shown, 1 the store cannot be used, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        found = rates.of(tx, by, hub.clock() - timedelta(days=days))
    if as_json:
        print_json([_values(by, each) for each in found])
        return
    if not found:
        tell("この期間に送信したSMSはありません。", "Nothing left within that time.")
        return
    table(
        [
            {"gateway": say("経路", "VIA"), "template": say("テンプレート", "TEMPLATE")}.get(
                by, say("キャリア", "CARRIER")
            ),
            say("到達率", "ARRIVED"),
            say("中央値", "MEDIAN"),
            say("到達", "DELIVERED"),
            say("不達", "UNDELIVERED"),
            say("期限切れ", "EXPIRED"),
            say("拒否", "REJECTED"),
            say("不明", "UNKNOWN"),
        ],
        [
            [
                each.group or "-",
                "-" if each.delivered is None else f"{each.delivered:.1%}",
                age(_span(each)),
                *(f"{each.states.get(state, 0):,}" for state in _SHOWN),
            ]
            for each in found
        ],
    )
    for each in found:
        for code, count in sorted(each.reasons.items(), key=lambda one: (-one[1], one[0])):
            click.echo(f"  {each.group or '-'}: {count:,}  {words_for(code).in_(language())}")


def _span(rate: Rate) -> timedelta | None:
    return None if rate.median_seconds is None else timedelta(seconds=rate.median_seconds)


def _values(by: By, rate: Rate) -> dict[str, Any]:
    return {
        by: rate.group or None,
        "states": dict(rate.states),
        "reasons": dict(rate.reasons),
        "delivered": rate.delivered,
        "median_seconds": rate.median_seconds,
    }
