"""The counted links at `/l/<secret>`: they lead to what their template names, and nowhere else.

Looking is counted and changes nothing else. HEAD is answered and not counted.
"""

from contextlib import suppress
from datetime import timedelta

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from hub.messages import tracked
from hub.store.database import StoreUnavailable
from hub.web.public.answers import Answers, with_headers
from hub.web.public.limits import UnknownLinks
from hub.web.public.optout import Serves


def add(pages: Blueprint, hub: Serves) -> None:
    """Add the links to the public pages."""
    unknown = UnknownLinks(hub.bells.redis, hub.clock)
    answers = Answers(hub.config)
    lives = timedelta(days=hub.config.link_days)

    @pages.get("/l/<secret>")
    def follow(secret: str) -> Response:
        now = hub.clock()
        with hub.database.read() as tx:
            url = tracked.follow(tx, secret, now, lives)
        if url is None:
            many = unknown.too_many(request.remote_addr or "")
            return answers.page(
                "public/sorry.html",
                429 if many else 404,
                heading="unknown_title",
                text="many" if many else "over",
            )
        if request.method == "GET":
            # Whoever follows it wants to get there, counted or not.
            with suppress(StoreUnavailable), hub.database.write() as tx:
                tracked.count(tx, secret, now)
        return with_headers(redirect(url, code=302))
