"""Collections (取得方法の申告): what was declared and what it covers; declaring, taking back."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for

from hub.consent import collections, purposes
from hub.consent.collections import Collection
from hub.consent.entry import Method
from hub.contacts import cover
from hub.contacts.cover import Cover, Proposal
from hub.errors import ConfigError
from hub.factory import Hub
from hub.store import collection_cover
from hub.store import collections as rows_of
from hub.store.connections import ConnectionRow
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.moments import moment_in
from hub.web.console.tools import MOST

METHODS = sorted(str(each) for each in set(Method) - {Method.IMPORT, Method.RECORD_EVENT})
_WHERE = "where."
_TICKED: Mapping[str, bool] = {"yes": True, "no": False}

_NO_PERIOD = Words(
    "期間の日付を確認してください。開始日は必要です。",
    "Check the dates of the period. It needs a beginning.",
)
_NO_PURPOSE = Words(
    "利用目的を選択してください。なければ先に登録してください。",
    "Choose a purpose. Describe one first where there is none.",
)
_WRONG_NAME = Words(
    "接続の名前が一致しません。取り消すには名前をそのまま入力してください。",
    "That is not the connection's name. Type it as it stands to take the declaration back.",
)


@dataclass(frozen=True, kw_only=True)
class _Form:
    """The form as it was filled in, with what a declaration like that would cover."""

    row: ConnectionRow
    problem: Words | None = None
    covered: Cover | None = None


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/collections")
    @guarded
    def collections_() -> Page:
        return _list(hub)

    @pages.get("/collections/new/<name>")
    @guarded
    def collection_new(name: str) -> Page:
        return _form(hub, _Form(row=_source(hub, name)))

    @pages.post("/collections/declare/<name>")
    @guarded
    def collection_declare(name: str) -> Page:
        return _declare(hub, _source(hub, name))

    @pages.get(f"/collections/<int(max={MOST}):collection_id>")
    @guarded
    def collection(collection_id: int) -> Page:
        return _one(hub, collection_id, None)

    @pages.post(f"/collections/<int(max={MOST}):collection_id>/revoke")
    @guarded
    def collection_revoke(collection_id: int) -> Page:
        return _revoke(hub, collection_id)


def _list(hub: Hub) -> str:
    rows = hub.connections.rows()
    with hub.database.read() as tx:
        found = [(row, each) for row in rows for each in collections.every(tx, row.id)]
    sources = [row for row in rows if "contact_source" in hub.connections.roles(row)]
    return render_template("console/collections.html", found=found, sources=sources)


def _one(hub: Hub, collection_id: int, problem: Words | None) -> str:
    with hub.database.read() as tx:
        each = _known(rows_of.by_id(tx, collection_id))
        resting = collection_cover.resting(tx, collection_id)
    return render_template(
        "console/collection.html",
        each=each,
        row=hub.connections.by_id(each.connection_id),
        resting=resting,
        problem=problem,
        told=request.args.get("told"),
    )


def _revoke(hub: Hub, collection_id: int) -> Page:
    with hub.database.read() as tx:
        each = _known(rows_of.by_id(tx, collection_id))
    name = hub.connections.by_id(each.connection_id).name
    if request.form.get("name", "").strip() != name:
        return make_response(_one(hub, collection_id, _WRONG_NAME), 409)
    with hub.database.write() as tx:
        revoked = collections.revoke(tx, collection_id, g.session.user.label, hub.clock())
    if revoked:
        trail.note(hub, "collection.revoked", f"collection:{collection_id}")
    return redirect(url_for("console.collection", collection_id=collection_id, told="revoked"), 303)


def _declare(hub: Hub, row: ConnectionRow) -> Page:
    proposal = _proposal(hub, row)
    if isinstance(proposal, Words):
        return make_response(_form(hub, _Form(row=row, problem=proposal)), 400)
    if request.form.get("act") != "declare":
        with hub.database.read() as tx:
            found = cover.preview(tx, hub.cipher, proposal, hub.clock())
        return _form(hub, _Form(row=row, covered=found))
    text = {key: request.form.get(key, "").strip() for key in request.form}
    try:
        with hub.database.write() as tx:
            id_ = collections.declare(
                tx,
                **vars(proposal),
                method=text.get("method", ""),
                default_ticked=_TICKED.get(text.get("ticked", "")),
                wording=text.get("wording", ""),
                form_url=text.get("form_url") or None,
                form_text=text.get("form_text") or None,
                privacy_notice_url=text.get("privacy_notice_url") or None,
                privacy_notice_version=text.get("privacy_notice_version") or None,
                statement=text.get("statement", ""),
                signed_by=text.get("signed_by", "")[:200],
                user_id=g.session.user.id,
                now=hub.clock(),
            )
    except ConfigError as exc:
        return make_response(_form(hub, _Form(row=row, problem=exc.words)), 400)
    trail.note(hub, "collection.declared", f"collection:{id_}")
    # The next reading judges every record by it and writes their entries.
    hub.bells.pull(row.id)
    return redirect(url_for("console.collection", collection_id=id_, told="declared"), 303)


def _proposal(hub: Hub, row: ConnectionRow) -> Proposal | Words:
    period_from = moment_in("from", None)
    period_until = moment_in("until", None, last=True)
    if period_from is None or (request.form.get("until", "").strip() and period_until is None):
        return _NO_PERIOD
    purpose = request.form.get("purpose", "")
    with hub.database.read() as tx:
        if purposes.get(tx, purpose) is None:
            return _NO_PURPOSE
    return Proposal(
        connection_id=row.id,
        purpose_key=purpose,
        period_from=period_from,
        period_until=period_until,
        filter=_filter(row),
    )


def _filter(row: ConnectionRow) -> dict[str, list[str]]:
    """Read the attributes' fields, each a value a line."""
    found = {}
    for key in row.mapping.attributes if row.mapping else ():
        typed = request.form.get(f"{_WHERE}{key}", "").splitlines()
        values = [value.strip() for value in typed if value.strip()]
        if values:
            found[key] = values
    return found


def _form(hub: Hub, form: _Form) -> str:
    with hub.database.read() as tx:
        known = purposes.every(tx)
    return render_template(
        "console/collection_form.html",
        row=form.row,
        attributes=sorted(form.row.mapping.attributes) if form.row.mapping else [],
        purposes=known,
        methods=METHODS,
        problem=form.problem,
        covered=form.covered,
        cover_words=cover.WORDS,
        typed=request.form,
    )


def _source(hub: Hub, name: str) -> ConnectionRow:
    found = [
        row
        for row in hub.connections.rows()
        if row.name == name and "contact_source" in hub.connections.roles(row)
    ]
    if not found:
        abort(404)
    return found[0]


def _known(each: Collection | None) -> Collection:
    if each is None:
        abort(404)
    return each
