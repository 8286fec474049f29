"""Pages for people who got an SMS: no sign-in, no script, no cookie, nothing from elsewhere."""

from flask import Blueprint

from hub.web.public import optout, sender, tracked
from hub.web.public.optout import Serves


def blueprint(hub: Serves) -> Blueprint:
    """Give the public pages of one hub."""
    pages = optout.blueprint(hub)
    sender.add(pages, hub)
    tracked.add(pages, hub)
    return pages
