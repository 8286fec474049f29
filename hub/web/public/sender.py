"""The sender page at `/s` and `/s/<site>`: who sends, and how to reach them or stop them.

特定電子メール法 art. 4 wants postal address and contact shown in the SMS or on a page it leads to;
one short address serves all of them. The page tells the same to everybody, so it has no secret,
asks for nothing and sets nothing.
"""

from flask import Blueprint
from werkzeug.wrappers import Response

from hub.store import sites
from hub.web.public.answers import Answers
from hub.web.public.optout import Serves


def add(pages: Blueprint, hub: Serves) -> None:
    """Add the page to the public ones."""

    @pages.get("/s")
    def sender_page() -> Response:
        return _page(hub, None)

    @pages.get("/s/<site>")
    def sender_of_site(site: str) -> Response:
        with hub.database.read() as tx:
            found = sites.by_key(tx, site[:40])
        return _page(hub, found.label) if found else _answer(hub, 404, "public/sorry.html")


def _page(hub: Serves, site: str | None) -> Response:
    if not hub.config.sender_name:
        return _answer(hub, 404, "public/sorry.html")
    return _answer(hub, 200, "public/sender.html", site=site, view=True)


def _answer(
    hub: Serves, status: int, template: str, *, site: str | None = None, view: bool = False
) -> Response:
    return Answers(hub.config).page(
        template,
        status,
        heading="sender_title" if status == 200 else "no_sender_title",
        text="no_sender",
        privacy=hub.config.privacy_url,
        site=site,
        view=view,
    )
