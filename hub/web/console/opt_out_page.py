"""Opt-outs: each record that has to be told, with its receipt."""

from collections.abc import Sequence

from flask import Blueprint, render_template

from hub.access.rights import Act
from hub.factory import Hub
from hub.optout import receipts
from hub.optout.receipts import Receipt
from hub.web.console.guarding import Page, let_in, sites_here
from hub.web.console.tools import number_in

PAGE = 100


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the page."""

    @pages.get("/optouts")
    @let_in(hub, Act.LOOK)
    def optouts() -> Page:
        with hub.database.read() as tx:
            found = receipts.listing(
                tx, limit=PAGE + 1, before_id=number_in("before"), sites=sites_here()
            )
        rows = page_of(found)
        more = rows[-1].exclusion_id if len(found) > PAGE else None
        return render_template("console/optouts.html", rows=rows, more=more)


def page_of(found: Sequence[Receipt]) -> Sequence[Receipt]:
    """Give what fits on one page without cutting an opt-out in two, where that can be helped."""
    if len(found) <= PAGE:
        return found
    whole = [row for row in found if row.exclusion_id != found[-1].exclusion_id]
    return whole or found[:PAGE]
