"""Home: what needs somebody now."""

from flask import Blueprint, render_template

from hub.factory import Hub
from hub.store import counts
from hub.store.replies import count_open
from hub.web.console.guarding import Page, administrator_only


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the page."""

    @pages.get("/")
    @administrator_only(hub)
    def home() -> Page:
        rows = hub.connections.rows()
        with hub.database.read() as tx:
            return render_template(
                "console/home.html",
                rows=rows,
                verdicts=counts.verdicts(tx),
                states=counts.messages_by_state(tx),
                pushes=counts.pushes_by_state(tx),
                oldest=counts.oldest_open_push(tx),
                replies=count_open(tx),
            )
