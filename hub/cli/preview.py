"""`hub send --dry-run`: who would get a send and who not, and why."""

from dataclasses import replace
from typing import Any

import click

from hub.cli import asking, misfits, outcome
from hub.cli.asked import Asked
from hub.cli.making import with_bar
from hub.cli.outcome import Outcome
from hub.cli.output import failed, print_json, say, tell
from hub.cli.record import contact_of, link_of
from hub.cli.sample import sample
from hub.factory import Hub
from hub.messages.judging import judge
from hub.messages.misfits import tally
from hub.messages.plan import plan
from hub.processes import settled


def dry_run(hub: Hub, asked: Asked) -> None:
    """Print who would get it and who not, and why, with a sample; store nothing."""
    if asked.asked:
        asking.offer(
            hub,
            asked.people,
            asked.ref,
            asked.number,
            asked.template,
            as_json=asked.as_json,
        )
        return
    would = _preview_one(hub, asked) if asked.record else preview(hub, asked)
    text, length = sample(hub, asked.template)
    if asked.as_json:
        print_json({"dry_run": True, **values(hub, would), "sample": text})
        return
    tell(
        "試行です。何も保存せず、何も送信しません。",
        "A dry run: nothing is stored and nothing is sent.",
    )
    outcome.show_via(hub, would)
    outcome.show(would)
    misfits.show(hub, would.misfits)
    tell(
        f"\n本文の例({length.segments}通分。〈〉は差し込み項目):",
        f"\nSample ({length.segments} SMS; fields stand in 〈〉):",
    )
    click.echo("\n".join(f"  | {line}" for line in text.split("\n")))


def preview(hub: Hub, asked: Asked) -> Outcome:
    """Judge everybody behind the connection, with a bar meanwhile."""
    title = say("判定中", "Judging")
    order = asked.order()
    settled()
    result = with_bar(
        hub,
        asked.key,
        asked.people.id,
        title,
        lambda: hub.outbox.preview(order),
        quiet=asked.as_json,
    )
    return outcome.of_preview(result)


def _preview_one(hub: Hub, asked: Asked) -> Outcome:
    mapping = asked.people.mapping
    with hub.database.read() as tx:
        link = link_of(tx, asked.people, asked.ref)
        contact_of(asked.people, link)
        planned = plan(
            tx,
            hub.connections,
            template_key=asked.template,
            gateway_id=asked.gateway_id,
            sender=hub.sender,
            link_url=hub.config.link_url,
            known=set(mapping.attributes) if mapping else set(),
            not_before=asked.not_before,
            not_after=asked.not_after,
        )
        now = hub.clock()
        judged = judge(tx, hub.cipher, planned, hub.policy, [link], now=now, read_now=True)
    if not judged:
        raise _gone(asked)
    one = judged[0]
    gateways = (planned.gateway_id, *planned.fallbacks)
    would = outcome.of_one(one.state.value, one.reason, one.segments, gateways)
    found = tally([(link.id, one.misfits)])
    return replace(would, billed_units=one.billed, misfits=found)


def values(hub: Hub, result: Outcome) -> dict[str, Any]:
    """Give an outcome for `--json`, with the gateways and the characters that cannot go."""
    return outcome.values(result) | {
        "via": outcome.via(hub, result),
        "billed_units": result.billed_units,
        "characters": misfits.values(hub, result.misfits),
    }


def _gone(asked: Asked) -> click.exceptions.Exit:
    return failed(
        f"{asked.people.name}: レコード{asked.record}は接続先にありません。"
        "番号を確認してください。",
        f"{asked.people.name}: the record {asked.record} is gone from the platform. Check its id.",
    )
