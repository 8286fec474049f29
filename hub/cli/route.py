"""`hub route`: by which gateways sends leave that name none."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, print_json, say, table, tell, usage, when, word
from hub.factory import Hub, build
from hub.messages import library, routes
from hub.messages.routes import Kind
from hub.store import routes as rows_of
from hub.store import sites
from hub.store.database import Tx
from hub.store.routes import RouteRow
from hub.values.words import Words

Command = TypeVar("Command", bound=Callable[..., Any])

_KINDS = {
    "template": Words("テンプレート", "template"),
    "purpose": Words("利用目的", "purpose"),
    "site": Words("拠点", "site"),
    "default": Words("既定", "default"),
}


def _for_options(command: Command) -> Command:
    """Add the options that say what a route is for."""
    for kind in ("site", "purpose", "template"):
        command = click.option(f"--{kind}", metavar="KEY", help=f"For this {kind}.")(command)
    return command


@click.group()
def command() -> None:
    """Say by which gateways sends leave, and which follow where one does not take them."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List routes.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        found = rows_of.every(tx)
    found.sort(key=lambda row: (list(_KINDS).index(row.kind), row.subject))
    if as_json:
        print_json([_values(hub, row) for row in found])
        return
    if not found:
        tell(
            "経路はまだありません。hub route set で設定してください。",
            "There are no routes yet. Set one with hub route set.",
        )
        return
    table(
        [say("対象", "FOR"), say("キー", "KEY"), say("設定", "SET"), say("経路", "VIA")],
        [
            [word(_KINDS, row.kind), row.subject or "-", when(row.set_at), ", ".join(via)]
            for row in found
            if (via := _via(hub, row))
        ],
    )


@command.command("set")
@click.argument("gateways", metavar="GATEWAY…", nargs=-1, required=True)
@_for_options
@json_option
def set_(
    gateways: tuple[str, ...],
    template: str | None,
    purpose: str | None,
    site: str | None,
    as_json: bool,
) -> None:
    """Say by which gateways sends leave, in the order they are tried.

    For a template, a purpose or a site, or as the default. It counts for sends ordered from now on.

    Exit codes: 0 set, 1 a gateway or key is none, 2 wrong usage.
    """
    kind, subject = _subject(template, purpose, site)
    hub = build()
    with hub.database.write() as tx:
        _check(tx, kind, subject)
        row = routes.set_route(
            tx, hub.connections, kind, subject, gateways, by=audit.ACTOR, now=hub.clock()
        )
        audit.note(hub, tx, "route.set", f"route:{row.id}", {"gateways": len(gateways)})
    if as_json:
        print_json(_values(hub, row))
        return
    via = ", ".join(gateways)
    tell(f"経路を設定しました: {via}", f"The route is set: {via}")


@command.command()
@_for_options
def remove(template: str | None, purpose: str | None, site: str | None) -> None:
    """Take a route away; without an option, the default.

    Exit codes: 0 removed, 1 there is none, 2 wrong usage.
    """
    kind, subject = _subject(template, purpose, site)
    hub = build()
    with hub.database.write() as tx:
        if not rows_of.remove(tx, kind, subject):
            raise failed(
                "その経路はありません。hub route list で確認してください。",
                "There is no such route. See hub route list.",
            )
        audit.note(hub, tx, "route.removed", f"route:{kind}")
    tell("経路を削除しました。", "The route is removed.")


def _subject(template: str | None, purpose: str | None, site: str | None) -> tuple[Kind, str]:
    named: list[tuple[Kind, str]] = []
    if template is not None:
        named.append(("template", template))
    if purpose is not None:
        named.append(("purpose", purpose))
    if site is not None:
        named.append(("site", site))
    if len(named) > 1:
        raise usage(
            "--template、--purpose、--site は1つだけ指定してください。",
            "Give one of --template, --purpose and --site.",
        )
    return named[0] if named else ("default", "")


def _check(tx: Tx, kind: Kind, subject: str) -> None:
    if kind == "template":
        library.find(tx, subject)
    elif kind == "purpose":
        library.purpose_of(tx, subject)
    elif kind == "site" and sites.by_key(tx, subject) is None:
        raise failed(
            f"拠点「{subject}」はありません。キーを確認してください。",
            f'There is no site "{subject}". Check its key.',
        )


def _via(hub: Hub, row: RouteRow) -> list[str]:
    names = {each.id: each.name for each in hub.connections.rows()}
    return [names[id_] for id_ in row.gateway_ids if id_ in names]


def _values(hub: Hub, row: RouteRow) -> dict[str, Any]:
    return {
        "for": row.kind,
        "key": row.subject or None,
        "via": _via(hub, row),
        "set_by": row.set_by,
        "set_at": row.set_at,
    }
