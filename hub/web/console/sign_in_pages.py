"""Signing in with a one-time link, and out."""

from typing import TypedDict

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from hub.access import signin
from hub.factory import Hub
from hub.web.console.guarding import Page, administrator_only, cookie_name


class _Cookie(TypedDict):
    path: str
    secure: bool
    httponly: bool
    samesite: str


def _cookie(name: str) -> _Cookie:
    # Lax, not Strict: a link to the console in a mail must not look signed out.
    return _Cookie(path="/", secure=name.startswith("__Host-"), httponly=True, samesite="Lax")


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    attributes = _cookie(cookie_name(hub))

    @pages.get("/signin")
    def sign_in_help() -> Page:
        return render_template("console/signin.html", token=None)

    @pages.get("/signin/<token>")
    def sign_in_page(token: str) -> Page:
        # Previews open links: looking must not use this one up, the button does.
        return render_template("console/signin.html", token=token)

    @pages.post("/signin/<token>")
    def sign_in(token: str) -> Page:
        session = signin.redeem(hub.database, token, hub.clock(), request.remote_addr)
        if session is None:
            return make_response(render_template("console/signin.html", token=None, used=True), 403)
        response = redirect(url_for("console.home"), 303)
        response.set_cookie(cookie_name(hub), session, **attributes)
        return response

    @pages.post("/signout")
    @administrator_only(hub)
    def sign_out() -> Page:
        cookie = request.cookies[cookie_name(hub)]
        signin.sign_out(hub.database, cookie, hub.clock(), request.remote_addr)
        response = redirect(url_for("console.sign_in_help"), 303)
        # A browser takes a `__Host-` cookie away only by the attributes it came with.
        response.delete_cookie(cookie_name(hub), **attributes)
        return response
