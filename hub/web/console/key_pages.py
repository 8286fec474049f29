"""Keys of the REST API: made in a session with a one-time code, shown once, ended at once."""

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for

from hub.access import api_keys
from hub.access.api_keys import NewKey
from hub.errors import ConfigError
from hub.factory import Hub
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.moments import moment_in

_TWO_STEP = Words(
    "APIキーの作成には2段階認証が必要です。アカウントの画面で設定してください。",
    "Making a key needs two-step sign-in. Set it up on your account's page.",
)
_DAY = Words("有効期限の日付を確認してください。", "Check the day on which the key ends.")


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/api-keys")
    @guarded
    def api_keys_() -> Page:
        return _page(hub)

    @pages.post("/api-keys")
    @guarded
    def api_key_make() -> Page:
        if g.session.second_at is None:
            return make_response(_page(hub, problem=_TWO_STEP), 403)
        return _make(hub)

    @pages.post("/api-keys/<prefix>/revoke")
    @guarded
    def api_key_revoke(prefix: str) -> Page:
        with hub.database.write() as tx:
            by = trail.by(hub)
            if api_keys.revoke(tx, prefix[:12], by.actor, by.at):
                by.note(tx, "api_key.revoked", f"api_key:{prefix[:12]}")
        return redirect(url_for("console.api_keys_", told="revoked"), 303)


def _make(hub: Hub) -> Page:
    ends = moment_in("expires", None, last=True)
    if ends is None and request.form.get("expires", "").strip():
        return make_response(_page(hub, problem=_DAY), 400)
    try:
        with hub.database.write() as tx:
            by = trail.by(hub)
            made = api_keys.create(
                tx,
                label=request.form.get("label", ""),
                scopes=request.form.getlist("scope"),
                networks=request.form.get("networks", "")[:2000].split(),
                by=by.actor,
                now=by.at,
                expires_at=ends,
            )
            by.note(tx, "api_key.made", f"api_key:{made.row.prefix}")
    except ConfigError as exc:
        return make_response(_page(hub, problem=exc.words), 400)
    # Shown in the answer itself: the key is in no address and in no store.
    return _page(hub, made=made)


def _page(hub: Hub, *, problem: Words | None = None, made: NewKey | None = None) -> str:
    with hub.database.read() as tx:
        rows = api_keys.every(tx)
    return render_template(
        "console/api_keys.html",
        rows=rows,
        now=hub.clock(),
        scopes=api_keys.SCOPES,
        key=made.text if made else None,
        two_step=g.session.second_at is not None,
        problem=problem,
        typed=request.form,
        told=request.args.get("told"),
    )
