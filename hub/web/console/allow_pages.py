"""From where console and API may be used: three lists of networks."""

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for

from hub.access import allow_list
from hub.errors import ConfigError
from hub.factory import Hub
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.guarding import Page, administrator_only


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/allow-list")
    @guarded
    def allow_list_() -> Page:
        return _page(hub)

    @pages.post("/allow-list/<who>")
    @guarded
    def allow_list_save(who: str) -> Page:
        if who not in allow_list.LISTS:
            abort(404)
        typed = request.form.get("networks", "")[:20_000]
        # Whoever saves must not lock the door behind themselves; the terminal can.
        keep = request.remote_addr or "" if who == g.session.user.role else None
        try:
            with hub.database.write() as tx:
                allow_list.put(tx, who, typed.split(), trail.by(hub), keep=keep)
        except ConfigError as exc:
            page = _page(hub, problem=exc.words, typed={who: typed})
            return make_response(page, 409)
        return redirect(url_for("console.allow_list_", told=who), 303)


def _page(hub: Hub, problem: Words | None = None, typed: dict[str, str] | None = None) -> str:
    with hub.database.read() as tx:
        kept = {who: "\n".join(allow_list.networks(tx, who)) for who in allow_list.LISTS}
    return render_template(
        "console/allow_list.html",
        lists=allow_list.LISTS,
        networks=kept | (typed or {}),
        address=request.remote_addr,
        problem=problem,
        told=request.args.get("told"),
    )
