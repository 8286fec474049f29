"""One's own account: password, two-step with its recovery codes, sessions."""

import segno
from flask import Blueprint, g, make_response, redirect, render_template, request, url_for

from hub.access import codes, passwords, sessions, two_step, users
from hub.access.rights import Act
from hub.access.signin import Entered
from hub.access.throttle import Wait
from hub.factory import Hub
from hub.values.words import Words
from hub.web.console import cookies, trail
from hub.web.console.guarding import Page, cookie_name, let_in
from hub.web.console.sign_in_pages import NOT_THE_SAME, waiting

_WRONG_CODE = Words(
    "コードが正しくありません。アプリに表示されている6桁の数字を入力してください。",
    "The code is wrong. Type the six digits that the app shows.",
)


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    own = let_in(hub, Act.OWN_ACCOUNT, setting_up=True)
    whole = let_in(hub, Act.OWN_ACCOUNT)

    @pages.get("/account")
    @own
    def account() -> Page:
        return _account(hub)

    @pages.post("/account/password")
    @own
    def password_change() -> Page:
        return _change_password(hub)

    @pages.get("/account/two-step")
    @own
    def two_step_page() -> Page:
        return _set_up(hub)

    @pages.post("/account/two-step")
    @own
    def two_step_confirm() -> Page:
        return _confirm(hub)

    @pages.post("/account/recovery-codes")
    @whole
    def recovery_codes() -> Page:
        if g.session.second_at is None:
            return redirect(url_for("console.two_step_page"), 303)
        with hub.database.write() as tx:
            fresh = two_step.renew_codes(tx, g.session.user.id, trail.by(hub))
        return render_template("console/recovery.html", codes=fresh)

    @pages.post("/account/sessions/<name>/end")
    @own
    def session_end(name: str) -> Page:
        with hub.database.write() as tx:
            sessions.end(tx, g.session.user.id, name, trail.by(hub))
        return redirect(url_for("console.account", told="ended"), 303)

    @pages.post("/account/sessions/end")
    @own
    def sessions_end() -> Page:
        # Everywhere else: who asks goes on working here, and signs out by the button for that.
        with hub.database.write() as tx:
            sessions.end_all(tx, g.session.user.id, trail.by(hub), but=_token(hub))
        return redirect(url_for("console.account", told="ended"), 303)


def _account(hub: Hub, problem: Words | None = None) -> str:
    user = g.session.user
    with hub.database.read() as tx:
        return render_template(
            "console/account.html",
            user=user,
            sessions=sessions.living(tx, user, hub.clock()),
            codes_left=two_step.codes_left(tx, user.id),
            demanded=two_step.demanded(tx),
            shortest=passwords.SHORTEST,
            problem=problem,
            told=request.args.get("told"),
        )


def _change_password(hub: Hub) -> Page:
    typed = {name: request.form.get(name, "")[:1000] for name in ("old", "password", "again")}
    if typed["password"] != typed["again"]:
        return make_response(_account(hub, NOT_THE_SAME), 400)
    wrong = users.change_password(
        hub.database,
        g.session.user,
        typed["old"],
        typed["password"],
        cookies.visitor(hub),
        hub.clock(),
        _token(hub),
    )
    if isinstance(wrong, Wait):
        later = {"Retry-After": str(wrong.seconds)}
        return make_response(_account(hub, waiting(wrong)), 429, later)
    if wrong is not None:
        return make_response(_account(hub, wrong), 400)
    return redirect(url_for("console.account", told="password"), 303)


def _set_up(hub: Hub, problem: Words | None = None) -> Page:
    user = g.session.user
    secret = two_step.secret(hub.database, hub.cipher, user)
    if secret is None:
        return redirect(url_for("console.account"))
    picture = segno.make(codes.uri(secret, user.login), error="m")
    page = render_template(
        "console/two_step.html",
        picture=picture.svg_data_uri(scale=5, border=4, light="#fff"),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        problem=problem,
    )
    return make_response(page, 403 if problem else 200)


def _confirm(hub: Hub) -> Page:
    made = two_step.confirm(
        hub.database,
        hub.cipher,
        g.session,
        request.form.get("code", ""),
        cookies.visitor(hub),
        hub.clock(),
    )
    if made is None:
        return _set_up(hub, _WRONG_CODE)
    g.session = sessions.find(hub.database, made.session, hub.clock())
    response = make_response(render_template("console/recovery.html", codes=made.recovery_codes))
    return cookies.enter(hub, response, Entered(session=made.session))


def _token(hub: Hub) -> str:
    return request.cookies[cookie_name(hub)]
