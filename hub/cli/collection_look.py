"""`hub consent collection show` and `preview`: what a declaration says, and what it covers."""

from datetime import datetime
from typing import Any

import click

from hub.cli.moment import Moment
from hub.cli.output import failed, json_option, print_json, say, table, tell, when, word
from hub.cli.where import conditions
from hub.consent.collections import Collection
from hub.contacts import cover
from hub.contacts.cover import Cover, Proposal
from hub.factory import build
from hub.messages import library
from hub.store import collection_cover
from hub.store import collections as rows_of
from hub.store.collection_cover import Resting
from hub.values.words import Words


@click.command()
@click.argument("connection")
@click.option("--purpose", required=True, help="What they agreed to; see hub consent purpose.")
@click.option("--from", "period_from", type=Moment(), required=True, help="Since when it is used.")
@click.option(
    "--until", "period_until", type=Moment(last=True), help="Its last day, if it is over."
)
@click.option(
    "--where", metavar="ATTRIBUTE=VALUE", multiple=True, help="Only records with this; repeatable."
)
@json_option
def preview(
    connection: str,
    purpose: str,
    period_from: datetime,
    period_until: datetime | None,
    where: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say how many records of CONNECTION a declaration would cover, which not, and why.

    By the records as they were last read; nothing is stored.

    Exit codes: 0 shown, 1 there is no such connection or purpose, 2 wrong usage.
    """
    hub = build()
    row = hub.connections.row(connection)
    chosen = conditions(row, where)
    proposal = Proposal(
        connection_id=row.id,
        purpose_key=purpose,
        period_from=period_from,
        period_until=period_until,
        filter=chosen,
    )
    with hub.database.read() as tx:
        library.purpose_of(tx, purpose)
        found = cover.preview(tx, hub.cipher, proposal, hub.clock())
    if as_json:
        print_json(_cover_values(found))
        return
    tell(
        f"{row.name}の{found.records:,}件のうち、{found.covered:,}件がこの申告を証拠にできます。",
        f"Of {found.records:,} records of {row.name}, {found.covered:,} would rest on it.",
    )
    _print_counts(found)


@click.command()
@click.argument("collection_id", metavar="ID", type=int)
@json_option
def show(collection_id: int, as_json: bool) -> None:
    """Show a declaration whole: what people saw, what was signed by whom, what rests on it.

    Exit codes: 0 shown, 1 there is none, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        each = rows_of.by_id(tx, collection_id)
        if each is None:
            raise failed(
                f"申告 {collection_id} はありません。"
                "hub consent collection list で確認してください。",
                f"There is no declaration {collection_id}. See hub consent collection list.",
            )
        resting = collection_cover.resting(tx, collection_id)
    name = hub.connections.by_id(each.connection_id).name
    if as_json:
        print_json(_values(name, each, resting))
        return
    rows = [
        (Words("接続", "Connection"), name),
        (Words("利用目的", "Purpose"), each.purpose_key),
        (Words("方法", "Method"), each.method),
        (Words("文言", "Wording"), each.wording),
        (Words("フォーム", "Form"), each.form_url or "-"),
        (Words("期間", "Period"), _period(each)),
        (Words("対象", "Where"), filter_text(each) or "-"),
        (Words("申告の内容", "Statement"), each.statement),
        (Words("署名", "Signed by"), f"{each.signed_by} ({when(each.declared_at)})"),
        (Words("取消", "Revoked"), f"{when(each.revoked_at)} {each.revoked_by or ''}".strip()),
        (Words("これに基づく許諾", "Grounds resting on it"), resting_text(resting)),
    ]
    table(["", ""], [[say(words.ja, words.en), text] for words, text in rows if text])


def filter_text(each: Collection) -> str:
    """Give the filter as it is written on the command line."""
    return "; ".join(f"{key}={'|'.join(values)}" for key, values in each.filter.items())


def resting_text(resting: Resting) -> str:
    """Give what rests on a declaration as a phrase."""
    return say(
        f"{resting.grounds:,}件({resting.numbers:,}番号)",
        f"{resting.grounds:,} of {resting.numbers:,} numbers",
    )


def _period(each: Collection) -> str:
    return f"{when(each.period_from)[:10]} - {when(each.period_until)[:10].strip('-')}"


def _print_counts(found: Cover) -> None:
    rows = [
        [f"{count:,}", word(cover.WORDS, code)]
        for code, count in [(cover.COVERED, found.covered), *found.others()]
    ]
    widest = max(len(row[0]) for row in rows)
    table(["", ""], [[row[0].rjust(widest), row[1]] for row in rows], indent="  ")


def _cover_values(found: Cover) -> dict[str, Any]:
    return {
        "records": found.records,
        "covered": found.covered,
        "others": [
            {"code": code, "count": count, "words": word(cover.WORDS, code)}
            for code, count in found.others()
        ],
    }


def _values(name: str, each: Collection, resting: Resting) -> dict[str, Any]:
    return {
        "id": each.id,
        "connection": name,
        "purpose": each.purpose_key,
        "method": each.method,
        "wording": each.wording,
        "form_url": each.form_url,
        "form_text": each.form_text,
        "period_from": each.period_from,
        "period_until": each.period_until,
        "where": {key: list(values) for key, values in each.filter.items()},
        "statement": each.statement,
        "signed_by": each.signed_by,
        "declared_at": each.declared_at,
        "revoked_at": each.revoked_at,
        "revoked_by": each.revoked_by,
        "entries": resting.entries,
        "grounds": resting.grounds,
        "numbers": resting.numbers,
    }
