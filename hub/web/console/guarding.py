"""Who may see a console page: a live session, and for every change its own token and origin."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.access import signin
from hub.factory import Hub

View = ParamSpec("View")
Page = str | Response | AnyResponse


def cookie_name(hub: Hub) -> str:
    """Give the session cookie's name; `__Host-` binds it to this host where there is TLS."""
    return "__Host-hub" if hub.config.public_url.startswith("https://") else "hub"


def administrator_only(
    hub: Hub,
) -> Callable[[Callable[View, Page]], Callable[View, Page]]:
    """Give a decorator that lets administrators in and sends everybody else to the sign-in page."""

    def decorate(view: Callable[View, Page]) -> Callable[View, Page]:
        @wraps(view)
        def guarded(*args: View.args, **kwargs: View.kwargs) -> Page:
            token = request.cookies.get(cookie_name(hub), "")
            session = signin.find(hub.database, token, hub.clock()) if token else None
            if session is None:
                return redirect(url_for("console.sign_in_help"))
            if session.user.role != "administrator":
                abort(403)
            if request.method not in ("GET", "HEAD"):
                _check_change(hub, session.csrf)
            g.session = session
            return view(*args, **kwargs)

        return guarded

    return decorate


def _check_change(hub: Hub, csrf: str) -> None:
    # OWASP ASVS 5.0.0, 3.5.1: a token of the session, and where it comes from as the browser
    # tells it. Our own forms have the origin "null", since no page of ours gives its address away.
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), csrf.encode()):
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    ours = (request.host, urlsplit(hub.config.public_url).netloc)
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc not in ours:
        abort(403)
