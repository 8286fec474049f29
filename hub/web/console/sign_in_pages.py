"""Signing in: by password and code, by the terminal's link, by an invitation; and out."""

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from hub.access import allow_list, passwords, sessions, signin, users
from hub.access.rights import Act
from hub.access.sessions import Session
from hub.access.signin import Entered
from hub.access.throttle import Wait
from hub.factory import Hub
from hub.values.words import Words
from hub.web.console import cookies
from hub.web.console.guarding import (
    Page,
    check_origin,
    check_token,
    cookie_name,
    let_in,
    session_here,
)

_WRONG = Words(
    "ログイン名またはパスワードが正しくありません。もう一度入力してください。",
    "The login or the password is wrong. Type them again.",
)
_WRONG_CODE = Words(
    "コードが正しくないか、すでに使われています。新しいコードを入力してください。",
    "The code is wrong or was used already. Type a new one.",
)
_USED = Words(
    "このリンクは使用済みか、期限切れです。新しいリンクを発行してください。",
    "This link was used already or is too old. Make a new one.",
)
NOT_THE_SAME = Words(
    "2つのパスワードが一致しません。もう一度入力してください。",
    "The two passwords are not the same. Type them again.",
)


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""

    @pages.get("/signin")
    def sign_in_help() -> Page:
        _only_from_allowed(hub)
        return render_template("console/signin.html", token=None)

    @pages.post("/signin")
    def sign_in_by_password() -> Page:
        _only_from_allowed(hub)
        check_origin(hub)
        return _by_password(hub)

    @pages.get("/signin/<token>")
    def sign_in_page(token: str) -> Page:
        # Previews open links: looking must not use this one up, the button does.
        _only_from_allowed(hub)
        return render_template("console/signin.html", token=token)

    @pages.post("/signin/<token>")
    def sign_in(token: str) -> Page:
        check_origin(hub)
        return _by_link(hub, token)

    _add_code(pages, hub)
    _add_invitation(pages, hub)

    @pages.post("/signout")
    @let_in(hub, Act.OWN_ACCOUNT, setting_up=True)
    def sign_out() -> Page:
        name = cookie_name(hub)
        sessions.sign_out(hub.database, request.cookies[name], hub.clock(), request.remote_addr)
        response = redirect(url_for("console.sign_in_help"), 303)
        # A browser takes a `__Host-` cookie away only by the attributes it came with.
        response.delete_cookie(name, **cookies.attributes(name))
        return response


def _add_code(pages: Blueprint, hub: Hub) -> None:
    @pages.get("/code")
    def code() -> Page:
        session = _half(hub)
        if session is None:
            return redirect(url_for("console.sign_in_help"))
        return render_template("console/code.html", half=session)

    @pages.post("/code")
    def code_typed() -> Page:
        session = _half(hub)
        if session is None:
            return redirect(url_for("console.sign_in_help"))
        check_token(hub, session)
        return _by_code(hub, session)


def _add_invitation(pages: Blueprint, hub: Hub) -> None:
    @pages.get("/invitation/<token>")
    def invitation(token: str) -> Page:
        _only_from_allowed(hub)
        return _invitation(hub, token)

    @pages.post("/invitation/<token>")
    def invitation_accepted(token: str) -> Page:
        _only_from_allowed(hub)
        check_origin(hub)
        return _accept(hub, token)


def waiting(wait: Wait) -> Words:
    """Give the sentence for somebody who tried too often."""
    minutes, seconds = divmod(wait.seconds, 60)
    ja = f"{minutes}分{seconds}秒" if minutes else f"{seconds}秒"
    en = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return Words(
        f"失敗が続いたため、{ja}後にもう一度お試しください。",
        f"That failed several times. Try again in {en}.",
    )


def _by_password(hub: Hub) -> Page:
    login = request.form.get("login", "")[:200]
    password = request.form.get("password", "")[:1000]
    found = signin.sign_in(hub.database, login, password, cookies.visitor(hub), hub.clock())
    if isinstance(found, Entered):
        _end_old(hub)
        return cookies.enter(hub, redirect(url_for("console.home"), 303), found)
    if isinstance(found, Wait):
        page = render_template(
            "console/signin.html", token=None, login=login, problem=waiting(found)
        )
        return make_response(page, 429, {"Retry-After": str(found.seconds)})
    page = render_template("console/signin.html", token=None, login=login, problem=_WRONG)
    return make_response(page, 403)


def _by_link(hub: Hub, token: str) -> Page:
    who = cookies.visitor(hub)
    session = signin.redeem(hub.database, token, hub.clock(), who.address, who.agent)
    if session is None:
        page = render_template("console/signin.html", token=None, problem=_USED)
        return make_response(page, 403)
    _end_old(hub)
    found = sessions.find(hub.database, session, hub.clock())
    # A first administrator has no password yet: that is what comes next.
    new = found is not None and found.user.invited
    response = redirect(url_for("console.account" if new else "console.home"), 303)
    return cookies.enter(hub, response, Entered(session=session))


def _by_code(hub: Hub, session: Session) -> Page:
    token = request.cookies.get(cookie_name(hub), "")
    typed = request.form.get("code", "")
    found = signin.second_step(
        hub.database, hub.cipher, token, typed, cookies.visitor(hub), hub.clock()
    )
    if isinstance(found, Entered):
        return cookies.enter(hub, redirect(url_for("console.home"), 303), found)
    if isinstance(found, Wait):
        page = render_template("console/code.html", half=session, problem=waiting(found))
        return make_response(page, 429, {"Retry-After": str(found.seconds)})
    page = render_template("console/code.html", half=session, problem=_WRONG_CODE)
    return make_response(page, 403)


def _invitation(hub: Hub, token: str, problem: Words | None = None) -> Page:
    with hub.database.read() as tx:
        user = users.invited(tx, token, hub.clock())
    if user is None:
        page = render_template("console/signin.html", token=None, problem=_USED)
        return make_response(page, 403)
    page = render_template(
        "console/invitation.html", user=user, problem=problem, shortest=passwords.SHORTEST
    )
    return make_response(page, 400 if problem else 200)


def _accept(hub: Hub, token: str) -> Page:
    password = request.form.get("password", "")[:1000]
    if password != request.form.get("again", "")[:1000]:
        return _invitation(hub, token, NOT_THE_SAME)
    found = users.accept(hub.database, token, password, cookies.visitor(hub), hub.clock())
    if not isinstance(found, Entered):
        return _invitation(hub, token, found)
    _end_old(hub)
    return cookies.enter(hub, redirect(url_for("console.two_step_page"), 303), found)


def _half(hub: Hub) -> Session | None:
    session = session_here(hub)
    return session if session is not None and sessions.half(session) else None


def _end_old(hub: Hub) -> None:
    """End the session the browser came with: signing in always gives a new one."""
    old = request.cookies.get(cookie_name(hub), "")
    if old:
        sessions.sign_out(hub.database, old, hub.clock(), request.remote_addr)


def _only_from_allowed(hub: Hub) -> None:
    with hub.database.read() as tx:
        if not allow_list.lets_anybody_in(tx, request.remote_addr):
            abort(403)
