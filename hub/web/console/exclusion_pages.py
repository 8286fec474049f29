"""The exclusion list as a page: who is on it, since when and why; a number looked up."""

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from hub.consent import purposes
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import purpose_scope
from hub.contacts.excluding import Listed
from hub.contacts.exclusion_words import REFUSED
from hub.contacts.phone import NoPhone, Phone, normalise
from hub.factory import Hub
from hub.optout.channels import CHANNELS
from hub.store import exclusion_views, people
from hub.store.database import Tx
from hub.values import sheet
from hub.values.words import Words
from hub.web.console import trail
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.tools import MOST, number_in

PAGE = 50

NO_NUMBER = Words(
    "SMSを送れる携帯電話番号ではありません。番号を確認してください。",
    "This is not a mobile number that can be texted. Check it.",
)
_NOT_LISTED = Words(
    "この番号は送信除外リストにありません。番号を確認してください。",
    "This number is not on the exclusion list. Check it.",
)


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/exclusions")
    @guarded
    def exclusions() -> Page:
        return list_page(hub)

    @pages.post("/exclusions/search")
    @guarded
    def exclusions_search() -> Page:
        # By POST: a number must not stand in an address.
        phone = typed_number()
        found = None if phone is None else _newest(hub, phone)
        trail.note(hub, "exclusion.searched", "exclusions", {"rows": 0 if found is None else 1})
        if found is None:
            problem = NO_NUMBER if phone is None else _NOT_LISTED
            return make_response(list_page(hub, problem=problem), 404)
        return redirect(url_for("console.exclusion", exclusion_id=found), 303)

    @pages.get(f"/exclusions/<int(max={MOST}):exclusion_id>")
    @guarded
    def exclusion(exclusion_id: int) -> Page:
        page = one_page(hub, exclusion_id)
        trail.note(hub, "exclusion.history_seen", f"exclusion:{exclusion_id}")
        return page


def list_page(hub: Hub, *, problem: Words | None = None, listed: Listed | None = None) -> str:
    """Give the list; `problem` says what went wrong, `listed` what was found in a file."""
    with hub.database.read() as tx:
        rows = exclusion_views.page(tx, limit=PAGE + 1, before_id=number_in("before"))
        count = exclusion_views.count(tx)
        scopes = scopes_of(tx)
    trail.note(hub, "exclusions.listed", "exclusions", {"rows": min(len(rows), PAGE)})
    return render_template(
        "console/exclusions.html",
        rows=rows[:PAGE],
        more=rows[PAGE - 1].id if len(rows) > PAGE else None,
        count=count,
        scopes=scopes,
        channels=CHANNELS,
        encodings=list(sheet.ENCODINGS),
        problem=problem,
        listed=listed,
        refused=REFUSED,
        told=request.args.get("told"),
    )


def one_page(hub: Hub, exclusion_id: int, problem: Words | None = None) -> str:
    """Give one row with all that was ever on the list about its number."""
    with hub.database.read() as tx:
        row = exclusion_views.one(tx, exclusion_id)
        if row is None:
            abort(404)
        rows = exclusion_views.page(tx, limit=1000, contact_id=row.contact_id)
        steps = {each.id: exclusion_views.steps(tx, each.id) for each in rows}
    return render_template(
        "console/exclusion.html",
        row=row,
        rows=rows,
        steps=steps,
        told=request.args.get("told"),
        problem=problem,
    )


def scopes_of(tx: Tx) -> list[str]:
    """Give what a number can be excluded from."""
    return [PROMOTIONAL, ALL, *(purpose_scope(each.key) for each in purposes.every(tx))]


def typed_number() -> Phone | None:
    """Give the number typed into this request's form; None where it is none."""
    found = normalise(request.form.get("number", "")[:100])
    return None if isinstance(found, NoPhone) else found


def _newest(hub: Hub, phone: Phone) -> int | None:
    with hub.database.read() as tx:
        contact_id = people.find_contact(tx, hub.cipher.lookups(phone.e164))
        if contact_id is None:
            return None
        rows = exclusion_views.page(tx, limit=1, contact_id=contact_id)
    return rows[0].id if rows else None
