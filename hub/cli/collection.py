"""`hub consent collection`: signed statements of how records agreed (取得方法の申告)."""

from datetime import datetime
from typing import IO, Any

import click

from hub.cli import audit, collection_look
from hub.cli.collection_look import filter_text, resting_text
from hub.cli.moment import Moment
from hub.cli.output import failed, json_option, print_json, say, table, tell, when
from hub.cli.where import conditions
from hub.consent import collections
from hub.consent.collections import Collection
from hub.consent.entry import Method
from hub.factory import Hub, build
from hub.messages import library
from hub.store import collection_cover
from hub.store import collections as rows_of
from hub.store.connections import ConnectionRow

# As plain text: click would offer an enumeration by its Python names.
_METHODS = sorted(str(each) for each in set(Method) - {Method.IMPORT, Method.RECORD_EVENT})


@click.group("collection")
def command() -> None:
    """Declare how a connection's records agreed, list declarations, take one back.

    A tick box alone proves nothing. Whoever signs a declaration vouches for the form, its wording
    and the period in which people agreed on it; the records it covers then have their evidence.
    """


command.add_command(collection_look.preview)
command.add_command(collection_look.show)


@command.command()
@click.argument("connection")
@click.option("--purpose", required=True, help="What they agreed to; see hub consent purpose.")
@click.option("--method", type=click.Choice(_METHODS), required=True, help="How they agreed.")
@click.option(
    "--wording-file",
    type=click.File(encoding="utf-8"),
    required=True,
    help="The words people saw beside the box or button; - is stdin.",
)
@click.option("--form-url", help="Where the form is or was.")
@click.option(
    "--form-file", type=click.File(encoding="utf-8"), help="The whole form's text; kept with it."
)
@click.option("--privacy-notice-url", help="The privacy notice (個人情報の取扱い) the form named.")
@click.option("--privacy-notice-version", help="Its version or date.")
@click.option(
    "--scope", multiple=True, help="What was promised, such as twice a month; repeatable."
)
@click.option("--from", "period_from", type=Moment(), required=True, help="Since when it is used.")
@click.option(
    "--until", "period_until", type=Moment(last=True), help="Its last day, if it is over."
)
@click.option(
    "--where", metavar="ATTRIBUTE=VALUE", multiple=True, help="Only records with this; repeatable."
)
@click.option(
    "--preticked/--not-preticked", default=None, help="Whether the box came ticked already."
)
@click.option("--signed-by", required=True, help="Who vouches for it.")
@click.option("--statement", required=True, help="What they vouch for, in their words.")
@json_option
def declare(
    connection: str,
    purpose: str,
    method: str,
    wording_file: IO[str],
    form_url: str | None,
    form_file: IO[str] | None,
    privacy_notice_url: str | None,
    privacy_notice_version: str | None,
    scope: tuple[str, ...],
    period_from: datetime,
    period_until: datetime | None,
    where: tuple[str, ...],
    preticked: bool | None,
    signed_by: str,
    statement: str,
    as_json: bool,
) -> None:
    """Declare how the records of CONNECTION agreed.

    Exit codes: 0 declared, 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    row = hub.connections.row(connection)
    chosen = conditions(row, where)
    with hub.database.write() as tx:
        library.purpose_of(tx, purpose)
        id_ = collections.declare(
            tx,
            connection_id=row.id,
            purpose_key=purpose,
            method=method,
            default_ticked=preticked,
            wording=wording_file.read().strip(),
            form_url=form_url,
            form_text=form_file.read().strip() if form_file else None,
            privacy_notice_url=privacy_notice_url,
            privacy_notice_version=privacy_notice_version,
            scope=scope,
            period_from=period_from,
            period_until=period_until,
            filter=chosen,
            statement=statement,
            signed_by=signed_by,
            now=hub.clock(),
        )
        audit.note(hub, tx, "collection.declared", f"collection:{id_}")
    if as_json:
        print_json({"id": id_, "connection": row.name})
        return
    tell(
        f"取得方法の申告 {id_} を登録しました。hub sync {row.name} で全レコードを判定し直します。",
        f"Declaration {id_} is stored. Run hub sync {row.name} to judge all records by it.",
    )


@command.command("list")
@click.argument("connection", required=False)
@json_option
def list_(connection: str | None, as_json: bool) -> None:
    """List declarations, of all connections or of CONNECTION, revoked ones too.

    Exit codes: 0 listed, 1 there is no such connection.
    """
    hub = build()
    wanted = [hub.connections.row(connection)] if connection else hub.connections.rows()
    found = [(row, each) for row in wanted for each in _declared(hub, row)]
    if as_json:
        print_json([_values(row, each) for row, each in found])
        return
    if not found:
        tell("取得方法の申告はありません。", "There are no declarations.")
        return
    table(
        [
            say("番号", "ID"),
            say("接続", "CONNECTION"),
            say("利用目的", "PURPOSE"),
            say("方法", "METHOD"),
            say("期間", "PERIOD"),
            say("対象", "WHERE"),
            say("署名", "SIGNED BY"),
            say("取消", "REVOKED"),
        ],
        [
            [
                str(each.id),
                row.name,
                each.purpose_key,
                each.method,
                f"{when(each.period_from)[:10]} - {when(each.period_until)[:10].strip('-')}",
                filter_text(each) or "-",
                each.signed_by,
                when(each.revoked_at),
            ]
            for row, each in found
        ],
    )


@command.command()
@click.argument("collection_id", metavar="ID", type=int)
@click.option("--by", required=True, help="Who takes it back.")
@json_option
def revoke(collection_id: int, by: str, as_json: bool) -> None:
    """Take a declaration back: every ground that rests on it falls at once; says how many.

    Exit codes: 0 taken back, 1 there is none or it was taken back before, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        known = rows_of.by_id(tx, collection_id)
        falling = collection_cover.resting(tx, collection_id)
        revoked = known is not None and collections.revoke(tx, collection_id, by, hub.clock())
        if revoked:
            audit.note(hub, tx, "collection.revoked", f"collection:{collection_id}")
    if known is None:
        raise failed(
            f"申告 {collection_id} はありません。hub consent collection list で確認してください。",
            f"There is no declaration {collection_id}. See hub consent collection list.",
        )
    if not revoked:
        raise failed(
            f"申告 {collection_id} は{when(known.revoked_at)}に取り消し済みです。",
            f"Declaration {collection_id} was taken back at {when(known.revoked_at)} already.",
        )
    if as_json:
        print_json(
            {
                "id": collection_id,
                "revoked": True,
                "grounds": falling.grounds,
                "numbers": falling.numbers,
            }
        )
        return
    tell(
        f"申告 {collection_id} を取り消しました。これに基づく許諾 {resting_text(falling)} が"
        "無効になりました。",
        f"Declaration {collection_id} is taken back. Grounds that fell: {resting_text(falling)}.",
    )


def _declared(hub: Hub, row: ConnectionRow) -> list[Collection]:
    with hub.database.read() as tx:
        return collections.every(tx, row.id)


def _values(row: ConnectionRow, each: Collection) -> dict[str, Any]:
    return {
        "id": each.id,
        "connection": row.name,
        "purpose": each.purpose_key,
        "method": each.method,
        "default_ticked": each.default_ticked,
        "wording": each.wording,
        "form_url": each.form_url,
        "form_kept": each.form_sha256 is not None,
        "privacy_notice_url": each.privacy_notice_url,
        "privacy_notice_version": each.privacy_notice_version,
        "scope": list(each.scope),
        "period_from": each.period_from,
        "period_until": each.period_until,
        "where": {key: list(values) for key, values in each.filter.items()},
        "statement": each.statement,
        "signed_by": each.signed_by,
        "declared_at": each.declared_at,
        "revoked_at": each.revoked_at,
        "revoked_by": each.revoked_by,
    }
