"""The two cookies of the console: the session, and the token a browser is known by."""

from typing import TypedDict

from flask import request
from werkzeug.wrappers import Response

from hub.access.sessions import Visitor
from hub.access.signin import KNOWN, Entered
from hub.factory import Hub
from hub.web.console.guarding import cookie_name


class Attributes(TypedDict):
    """What a cookie is set, and taken away, with."""

    path: str
    secure: bool
    httponly: bool
    samesite: str


def attributes(name: str) -> Attributes:
    """Give the attributes of a cookie of this name."""
    # Lax, not Strict: a link to the console in a mail must not look signed out.
    return Attributes(path="/", secure=name.startswith("__Host-"), httponly=True, samesite="Lax")


def visitor(hub: Hub) -> Visitor:
    """Give who is asking, as the connection and the cookies tell."""
    return Visitor(
        address=request.remote_addr,
        agent=request.headers.get("User-Agent", "")[:200],
        browser=request.cookies.get(_browser(hub), "")[:100],
    )


def enter(hub: Hub, response: Response, entered: Entered) -> Response:
    """Give the browser its session, and the token it is known by where that is new."""
    name = cookie_name(hub)
    response.set_cookie(name, entered.session, **attributes(name))
    if entered.browser is not None:
        browser = _browser(hub)
        response.set_cookie(browser, entered.browser, max_age=KNOWN, **attributes(browser))
    return response


def _browser(hub: Hub) -> str:
    return f"{cookie_name(hub)}-browser"
