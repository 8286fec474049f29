"""Who may see a console page: a whole session, from an allowed address, with the right to it.

Every change needs the session's own token and has to come from our own pages.
"""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.access import allow_list, rights, sessions, two_step
from hub.access.rights import Act
from hub.access.sessions import Session
from hub.factory import Hub

View = ParamSpec("View")
Page = str | Response | AnyResponse


def cookie_name(hub: Hub) -> str:
    """Give the session cookie's name; `__Host-` binds it to this host where there is TLS."""
    return "__Host-hub" if hub.config.public_url.startswith("https://") else "hub"


def administrator_only(
    hub: Hub,
) -> Callable[[Callable[View, Page]], Callable[View, Page]]:
    """Give a decorator that lets administrators in."""
    return let_in(hub, Act.ADMINISTER)


def let_in(
    hub: Hub, act: Act, *, setting_up: bool = False
) -> Callable[[Callable[View, Page]], Callable[View, Page]]:
    """Give a decorator that lets in who may do this, and sends on who has to sign in first.

    Where two-step is demanded, a user without it reaches only pages that are for `setting_up`.
    """

    def decorate(view: Callable[View, Page]) -> Callable[View, Page]:
        @wraps(view)
        def guarded(*args: View.args, **kwargs: View.kwargs) -> Page:
            session = session_here(hub)
            if session is None:
                return redirect(url_for("console.sign_in_help"))
            if sessions.half(session):
                return redirect(url_for("console.code"))
            if _must_set_up(hub, session) and not setting_up:
                return redirect(url_for("console.two_step_page"))
            if not rights.may(session.user, act):
                abort(403)
            if request.method not in ("GET", "HEAD"):
                check_token(hub, session)
            g.session = session
            return view(*args, **kwargs)

        return guarded

    return decorate


def session_here(hub: Hub) -> Session | None:
    """Give the session of this request; None where there is none.

    Ends the request with 403 where its user may not come from this address.
    """
    token = request.cookies.get(cookie_name(hub), "")
    session = sessions.find(hub.database, token, hub.clock()) if token else None
    if session is not None:
        with hub.database.read() as tx:
            if not allow_list.lets_in(tx, session.user.role, request.remote_addr):
                abort(403)
    return session


def check_token(hub: Hub, session: Session) -> None:
    """End the request with 403 where it is no change from one of this session's own pages."""
    # OWASP ASVS 5.0.0, 3.5.1: a token of the session, and where it comes from as the browser
    # tells it.
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), session.csrf.encode()):
        abort(403)
    check_origin(hub)


def check_origin(hub: Hub) -> None:
    """End the request with 403 where another site made the browser send it."""
    # Our own forms have the origin "null", since no page of ours gives its address away.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    ours = (request.host, urlsplit(hub.config.public_url).netloc)
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc not in ours:
        abort(403)


def sites_here() -> frozenset[int] | None:
    """Give the ids of the sites whose people this request's user sees; None: all."""
    return rights.sites_of(g.session.user)


def _must_set_up(hub: Hub, session: Session) -> bool:
    if session.user.two_step_at is not None:
        return False
    with hub.database.read() as tx:
        return two_step.demanded(tx)
