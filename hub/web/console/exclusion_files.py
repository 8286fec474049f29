"""The exclusion list as a file: a sheet handed in, looked through or taken; the list as a sheet."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from flask import Blueprint, abort, g, make_response, redirect, request, url_for

from hub.consent.entry import PROMOTIONAL
from hub.contacts import excluding, exclusion_sheet
from hub.contacts.excluding import Listed, Order
from hub.errors import ConfigError
from hub.factory import Hub
from hub.store import exclusion_views
from hub.values import sheet
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.download import download
from hub.web.console.exclusion_pages import list_page, scopes_of
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.tools import language_of

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that can be handed in; a hundred thousand numbers take four million."""

_NO_FILE = Words("CSVファイルを選択してください。", "Choose a CSV file.")


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the acts."""
    guarded = administrator_only(hub)

    @pages.before_request
    def _take_large_files() -> None:
        # The form is read when its token is checked; every other form has the usual bound.
        if request.endpoint == "console.exclusions_import":
            request.max_content_length = LARGEST

    @pages.post("/exclusions/import")
    @guarded
    def exclusions_import() -> Page:
        return _import(hub)

    @pages.post("/exclusions/export")
    @guarded
    def exclusions_export() -> Page:
        return _export(hub)


def _import(hub: Hub) -> Page:
    handed_in = request.files.get("file")
    if handed_in is None or not handed_in.filename:
        return make_response(list_page(hub, problem=_NO_FILE), 400)
    order = _order(hub)
    file = cast(BinaryIO, handed_in.stream)
    try:
        found = excluding.check(hub.database, hub.cipher, file, order)
        if request.form.get("act") != "take":
            return list_page(hub, listed=found)
        sinks = hub.connections.with_role("opt_out_sink")
        done = excluding.put(hub.database, hub.cipher, file, order, sinks)
    except ConfigError as exc:
        return make_response(list_page(hub, problem=exc.words), 400)
    hub.bells.pushes()
    trail.note(hub, "exclusion.imported", "exclusions", _counts(done))
    if done.refused:
        return list_page(hub, listed=done)
    return redirect(url_for("console.exclusions", told="imported"), 303)


def _order(hub: Hub) -> Order:
    scope = request.form.get("scope", PROMOTIONAL)
    with hub.database.read() as tx:
        if scope not in scopes_of(tx):
            abort(400)
    return Order(
        default_scope=scope,
        actor=f"user:{g.session.user.id}",
        now=hub.clock(),
        controller=hub.config.sender_name,
    )


def _counts(done: Listed) -> dict[str, int]:
    return {
        "added": done.added,
        "already": done.already,
        "refused": sum(done.refused_by_reason.values()),
    }


def _export(hub: Hub) -> Page:
    clear, lifted_too = "clear" in request.form, "lifted" in request.form
    asked = request.form.get("encoding", "")
    encoding = asked if asked in sheet.ENCODINGS else sheet.DEFAULT
    with hub.database.read() as tx:
        count = exclusion_views.count(tx)
    # Written down before a number leaves: what is broken off has shown some, too.
    action = "exclusion.exported_clear" if clear else "exclusion.exported"
    trail.note(hub, action, "exclusions", {"rows": count})
    head = [words.in_(language_of(hub)) for words in exclusion_sheet.HEAD]

    def rows() -> Iterator[list[str]]:
        with hub.database.read() as tx:
            yield from exclusion_sheet.rows(tx, hub.cipher, clear=clear, lifted_too=lifted_too)

    return download("exclusions.csv", sheet.write(head, rows(), encoding))
