"""Routes: by which gateways a send leaves where its order names none.

The most telling route counts: of the template, else of its purpose, else of the site that sends,
else the default. Its gateways are tried in order; what is chosen is written on the send.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from hub.connections.directory import Connections
from hub.errors import ConfigError
from hub.store import routes as queries
from hub.store import sites
from hub.store.database import Tx
from hub.store.routes import RouteRow
from hub.store.templates import TemplateRow

Kind = Literal["template", "purpose", "site", "default"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a route can be for, the most telling first."""

MOST = 5
"""Gateways of one route at most."""


def choose(rows: Sequence[RouteRow], subjects: Mapping[Kind, str]) -> RouteRow | None:
    """Give the route that counts for a send, None where none does. Pure.

    `subjects` are the keys of its template, purpose and site, those it has.
    """
    by_subject = {(row.kind, row.subject): row for row in rows}
    for kind in KINDS:
        subject = "" if kind == "default" else subjects.get(kind)
        if subject is not None and (kind, subject) in by_subject:
            return by_subject[kind, subject]
    return None


def way(
    tx: Tx,
    connections: Connections,
    template: TemplateRow,
    gateway_id: int | None,
    site_id: int | None,
) -> tuple[int, ...]:
    """Give the gateways a send goes by: the one that was named, else those of its route.

    The first is the first that can be used now; where none can, the route's first, and the
    messages wait. Raises ConfigError(`route`) where nothing is named and no route leads anywhere.
    """
    if gateway_id is not None:
        return (gateway_id,)
    site = sites.by_id(tx, site_id) if site_id is not None else None
    subjects: dict[Kind, str] = {"template": template.key, "purpose": template.purpose_key}
    if site is not None:
        subjects["site"] = site.key
    route = choose(queries.every(tx), subjects)
    known = {row.id: row for row in connections.rows()}
    there = [id_ for id_ in route.gateway_ids if id_ in known] if route else []
    if not there:
        raise ConfigError(
            "route",
            "No gateway was named and no route gives one. Name one, or set a route with "
            "hub route set.",
            "ゲートウェイの指定がなく、経路も設定されていません。"
            "ゲートウェイを指定するか、hub route set で経路を設定してください。",
        )
    first = next(
        (
            place
            for place, id_ in enumerate(there)
            if known[id_].enabled and known[id_].state == "ok"
        ),
        0,
    )
    return tuple(there[first:])


def set_route(
    tx: Tx,
    connections: Connections,
    kind: Kind,
    subject: str,
    names: Sequence[str],
    *,
    by: str,
    now: datetime,
) -> RouteRow:
    """Say by which gateways sends of this template, purpose or site leave, in this order.

    Raises ConfigError for a connection that is not there or is no gateway, for one that is named
    twice, and for more than `MOST`.
    """
    ids: list[int] = []
    for name in names:
        row = connections.row(name)
        if "message_gateway" not in connections.roles(row):
            raise ConfigError(
                "route",
                f'"{name}" is no gateway. See hub connections.',
                f"「{name}」はゲートウェイではありません。hub connections で確認してください。",
            )
        ids.append(row.id)
    if len(set(ids)) < len(ids) or not 1 <= len(ids) <= MOST:
        raise ConfigError(
            "route",
            f"A route names one to {MOST} gateways, each once.",
            f"経路には1〜{MOST}個のゲートウェイを、重複なく指定してください。",
        )
    return queries.put(tx, kind, subject, written(ids), by, now)


def written(gateway_ids: Sequence[int]) -> str:
    """Write gateways as a send or a route keeps them."""
    return ",".join(map(str, gateway_ids))
