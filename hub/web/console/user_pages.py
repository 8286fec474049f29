"""Users: who there is, inviting, role, sites and rights, new links, two-step for all."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for

from hub.access import rights, sessions, two_step, users
from hub.access.users import Invitation, Newcomer, User
from hub.errors import ConfigError
from hub.factory import Hub
from hub.store import access, sites
from hub.store.database import Tx
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.tools import MOST, language_of

_NOT_YOURSELF = Words(
    "自分自身の無効化や役割の変更はできません。別の管理者に依頼してください。",
    "You cannot disable yourself or change your own role. Ask another administrator.",
)
_SET_UP_FIRST = Words(
    "先に自分の2段階認証を設定してください。",
    "Set up two-step sign-in for yourself first.",
)


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/users")
    @guarded
    def users_() -> Page:
        return _list(hub)

    @pages.post("/users/invite")
    @guarded
    def user_invite() -> Page:
        return _invite(hub)

    @pages.post("/users/two-step")
    @guarded
    def two_step_demand() -> Page:
        on = request.form.get("demand") == "on"
        if on and g.session.user.two_step_at is None:
            return make_response(_list(hub, problem=_SET_UP_FIRST), 409)
        with hub.database.write() as tx:
            two_step.demand(tx, on, trail.by(hub))
        return redirect(url_for("console.users_", told="demanded"), 303)

    @pages.get(f"/users/<int(max={MOST}):user_id>")
    @guarded
    def user(user_id: int) -> Page:
        return _one(hub, user_id)

    @pages.post(f"/users/<int(max={MOST}):user_id>/<act>")
    @guarded
    def user_act(user_id: int, act: str) -> Page:
        return _act(hub, user_id, act)


def _list(hub: Hub, *, problem: Words | None = None, made: Invitation | None = None) -> str:
    with hub.database.read() as tx:
        return render_template(
            "console/users.html",
            users=users.every(tx),
            sites=sites.every(tx),
            demanded=two_step.demanded(tx),
            problem=problem,
            link=_url(hub, made),
            expires_at=made.expires_at if made else None,
            told=request.args.get("told"),
            typed=request.form,
        )


def _one(
    hub: Hub, user_id: int, *, problem: Words | None = None, made: Invitation | None = None
) -> str:
    with hub.database.read() as tx:
        found = _known(tx, user_id)
        return render_template(
            "console/user.html",
            user=found,
            sites=sites.every(tx),
            sessions=sessions.living(tx, found, hub.clock()),
            problem=problem,
            link=_url(hub, made),
            expires_at=made.expires_at if made else None,
            told=request.args.get("told"),
        )


def _invite(hub: Hub) -> Page:
    newcomer = Newcomer(
        login=request.form.get("login", ""),
        label=request.form.get("label", ""),
        role=request.form.get("role", ""),
        language=language_of(hub),
        sites=_sites(hub),
        rights=_rights(),
    )
    try:
        with hub.database.write() as tx:
            made = users.invite(tx, newcomer, trail.by(hub))
    except ConfigError as exc:
        return make_response(_list(hub, problem=exc.words), 400)
    # Shown in the answer itself: the link is in no address and in no store.
    return _list(hub, made=made)


def _act(hub: Hub, user_id: int, act: str) -> Page:
    if act not in _ACTS:
        abort(404)
    if user_id == g.session.user.id and act in ("disable", "role"):
        return make_response(_one(hub, user_id, problem=_NOT_YOURSELF), 409)
    try:
        with hub.database.write() as tx:
            made = _ACTS[act](hub, tx, _known(tx, user_id))
    except ConfigError as exc:
        return make_response(_one(hub, user_id, problem=exc.words), 409)
    if isinstance(made, Invitation):
        return _one(hub, user_id, made=made)
    return redirect(url_for("console.user", user_id=user_id, told=act), 303)


def _role(hub: Hub, tx: Tx, user: User) -> None:
    users.set_role(tx, user, request.form.get("role", ""), trail.by(hub))


def _may(hub: Hub, tx: Tx, user: User) -> None:
    users.set_sites(tx, user, _ids(tx), trail.by(hub))
    users.set_rights(tx, user, _rights(), trail.by(hub))


def _link(hub: Hub, tx: Tx, user: User) -> Invitation:
    return users.new_link(tx, user.id, trail.by(hub))


_ACTS: dict[str, Callable[[Hub, Tx, User], Any]] = {
    "disable": lambda hub, tx, user: users.disable(tx, user, trail.by(hub)),
    "enable": lambda hub, tx, user: users.enable(tx, user, trail.by(hub)),
    "role": _role,
    "may": _may,
    "link": _link,
    "reset-two-step": lambda hub, tx, user: two_step.reset(tx, user.id, trail.by(hub)),
    "sign-out": lambda hub, tx, user: sessions.end_all(tx, user.id, trail.by(hub)),
}


def _sites(hub: Hub) -> set[int]:
    with hub.database.read() as tx:
        return _ids(tx)


def _ids(tx: Tx) -> set[int]:
    wanted = set(request.form.getlist("site"))
    return {each.id for each in sites.every(tx) if each.key in wanted}


def _rights() -> list[str]:
    return [each for each in request.form.getlist("right") if each in rights.RIGHTS]


def _known(tx: Tx, user_id: int) -> User:
    found = access.user_by_id(tx, user_id)
    if found is None:
        abort(404)
    return found


def _url(hub: Hub, made: Invitation | None) -> str | None:
    return f"{hub.config.public_url}/invitation/{made.token}" if made else None
