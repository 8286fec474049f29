"""What an administrator does to the exclusion list: adding a number, lifting a row by a paper."""

from datetime import datetime

from flask import Blueprint, abort, g, make_response, redirect, request, url_for

from hub.consent.entry import PROMOTIONAL
from hub.contacts.phone import Phone
from hub.factory import Hub
from hub.optout import act
from hub.optout.channels import CHANNELS
from hub.optout.lifting import lift
from hub.store import people
from hub.store.database import Tx
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.exclusion_pages import (
    NO_NUMBER,
    list_page,
    one_page,
    scopes_of,
    typed_number,
)
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.moments import moment_in
from hub.web.console.tools import MOST

LONGEST_NOTE = 200
_EARLIEST = 1990
"""Nobody refused an SMS before there were any; such a year is a slip."""

_NO_TIME = Words(
    "日時を確認してください。未来の日時は指定できません。",
    "Check the time. It must not lie ahead.",
)
_NOT_LIFTED = Words(
    "解除できません。書面の日時が本人の申し出より新しい場合にだけ解除できます。",
    "Not lifted. Only a paper signed later than what the person said can lift it.",
)


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the acts."""
    guarded = administrator_only(hub)

    @pages.post("/exclusions/add")
    @guarded
    def exclusions_add() -> Page:
        return _add(hub)

    @pages.post(f"/exclusions/<int(max={MOST}):exclusion_id>/lift")
    @guarded
    def exclusion_lift(exclusion_id: int) -> Page:
        return _lift(hub, exclusion_id)


def _add(hub: Hub) -> Page:
    phone, now = typed_number(), hub.clock()
    said_at = moment_in("said_at", now)
    if phone is None:
        return make_response(list_page(hub, problem=NO_NUMBER), 400)
    if said_at is None or said_at > now or said_at.year < _EARLIEST:
        return make_response(list_page(hub, problem=_NO_TIME), 400)
    with hub.database.write() as tx:
        added = _exclude(hub, tx, phone, said_at, now)
    hub.bells.pushes()
    trail.note(hub, "exclusion.added", f"exclusion:{added}")
    return redirect(url_for("console.exclusion", exclusion_id=added, told="added"), 303)


def _exclude(hub: Hub, tx: Tx, phone: Phone, said_at: datetime, now: datetime) -> int:
    scope = request.form.get("scope", PROMOTIONAL)
    way = CHANNELS.get(request.form.get("channel", "phone"))
    if way is None or scope not in scopes_of(tx):
        abort(400)
    agent = request.form.get("agent", "").strip()[:100]
    user = f"user:{g.session.user.id}"
    done = act.opt_out(
        tx,
        hub.cipher,
        contact_id=people.contacts_for(tx, [hub.cipher.lookups(phone.e164)], now)[0],
        scope=scope,
        origin=way.origin,
        method=way.method,
        actor=f"{user} agent:{agent}" if agent else user,
        occurred_at=said_at,
        now=now,
        sink_connections=hub.connections.with_role("opt_out_sink"),
        note=request.form.get("reason", "").strip()[:LONGEST_NOTE],
        controller=hub.config.sender_name,
    )
    # Only a record's own stop can be an echo without an exclusion; this one names no record.
    assert done.exclusion_id is not None
    return done.exclusion_id


def _lift(hub: Hub, exclusion_id: int) -> Page:
    signed_at = moment_in("signed_at", None)
    paper = request.form.get("paper", "").strip()[:LONGEST_NOTE]
    if signed_at is None or not paper or not _lifted(hub, exclusion_id, signed_at, paper):
        return make_response(one_page(hub, exclusion_id, _NOT_LIFTED), 409)
    hub.bells.pushes()
    trail.note(hub, "exclusion.lifted", f"exclusion:{exclusion_id}")
    return redirect(url_for("console.exclusion", exclusion_id=exclusion_id, told="lifted"), 303)


def _lifted(hub: Hub, exclusion_id: int, signed_at: datetime, paper: str) -> bool:
    with hub.database.write() as tx:
        return lift(
            tx,
            hub.cipher,
            exclusion_id=exclusion_id,
            signed_at=signed_at,
            paper=paper,
            actor=f"user:{g.session.user.id}",
            now=hub.clock(),
            sink_connections=hub.connections.with_role("opt_out_sink"),
            controller=hub.config.sender_name,
        )
