"""Connections: their state, what they hold, their pulls; test, pull, enable, disable."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from hub.errors import HubError
from hub.factory import Hub
from hub.store import counts, runs
from hub.store.connections import ConnectionRow
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.guarding import Page, administrator_only


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/connections")
    @guarded
    def connections_() -> Page:
        rows = hub.connections.rows()
        with hub.database.read() as tx:
            verdicts = {row.id: counts.verdicts(tx, row.id) for row in rows}
        roles = {row.id: sorted(hub.connections.roles(row)) for row in rows}
        return render_template(
            "console/connections.html", rows=rows, verdicts=verdicts, roles=roles
        )

    @pages.get("/connections/<name>")
    @guarded
    def connection(name: str) -> Page:
        return _page(hub, _row(hub, name), request.args.get("told"), None)

    @pages.post("/connections/<name>/<act>")
    @guarded
    def connection_act(name: str, act: str) -> Page:
        row = _row(hub, name)
        try:
            _act(hub, row, act)
        except HubError as exc:
            trail.note(hub, f"connection.{act}.failed", f"connection:{row.name}")
            return _page(hub, _row(hub, name), None, exc.words)
        trail.note(hub, f"connection.{act}", f"connection:{row.name}")
        return redirect(url_for("console.connection", name=name, told=act), 303)


def _page(hub: Hub, row: ConnectionRow, told: str | None, problem: Words | None) -> Page:
    with hub.database.read() as tx:
        return render_template(
            "console/connection.html",
            row=row,
            roles=sorted(hub.connections.roles(row)),
            runs=runs.latest(tx, row.id),
            verdicts=counts.verdicts(tx, row.id),
            told=told,
            problem=problem,
        )


def _row(hub: Hub, name: str) -> ConnectionRow:
    found = [row for row in hub.connections.rows() if row.name == name]
    if not found:
        abort(404)
    return found[0]


def _act(hub: Hub, row: ConnectionRow, act: str) -> None:
    if act == "pull" and "contact_source" in hub.connections.roles(row):
        hub.bells.pull(row.id)
    elif act == "test":
        hub.connections.check(row.id)
    elif act == "enable":
        hub.connections.enable(row.id)
    elif act == "disable":
        hub.connections.disable(row.id)
    else:
        abort(404)
