"""Home: what needs somebody now."""

from flask import Blueprint, g, render_template

from hub.access import rights
from hub.access.rights import Act
from hub.factory import Hub
from hub.store import counts
from hub.store.replies import count_open
from hub.web.console.guarding import Page, let_in, sites_here


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the page."""

    @pages.get("/")
    @let_in(hub, Act.LOOK)
    def home() -> Page:
        sites = sites_here()
        rows = [row for row in hub.connections.rows() if rights.sees(g.session.user, [row.site_id])]
        with hub.database.read() as tx:
            return render_template(
                "console/home.html",
                rows=rows,
                verdicts=counts.verdicts(tx, sites=sites),
                states=counts.messages_by_state(tx, sites),
                pushes=counts.pushes_by_state(tx, sites),
                oldest=counts.oldest_open_push(tx, sites),
                replies=count_open(tx) if sites is None else 0,
            )
