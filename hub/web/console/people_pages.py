"""People: every record that was read with its verdict; one number with all that is known of it."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, g, make_response, render_template, request

from hub.access import rights
from hub.access.rights import Act
from hub.contacts.phone import NoPhone, normalise
from hub.factory import Hub
from hub.store import counts, message_views, person_views
from hub.store import people as people_queries
from hub.store.person_views import EvidenceRow, PersonRow
from hub.web.console import trail
from hub.web.console.guarding import Page, let_in, sites_here
from hub.web.console.tools import MOST, number_in


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = let_in(hub, Act.LOOK)

    @pages.get("/people")
    @guarded
    def people() -> Page:
        after = number_in("after") or 0
        verdict = request.args.get("verdict") or None
        with hub.database.read() as tx:
            rows = person_views.people_page(tx, after=after, verdict=verdict, sites=sites_here())
            tally = counts.verdicts(tx, sites=sites_here())
        more = rows[person_views.PAGE - 1].link_id if len(rows) > person_views.PAGE else None
        trail.note(hub, "people.listed", "people", {"rows": min(len(rows), person_views.PAGE)})
        return render_template(
            "console/people.html",
            rows=rows[: person_views.PAGE],
            more=more,
            verdict=verdict,
            tally=tally,
            searched=False,
        )

    @pages.post("/people")
    @guarded
    def find() -> Page:
        # By POST: a number must not stand in an address.
        found = normalise(request.form.get("number", "")[:40])
        rows = []
        contact_id = None
        if not isinstance(found, NoPhone):
            with hub.database.read() as tx:
                contact_id = people_queries.find_contact(tx, hub.cipher.lookups(found.e164))
                if contact_id is not None:
                    rows = person_views.people_of(tx, contact_id, sites_here())
        trail.note(hub, "person.searched", "people", {"contact": contact_id, "rows": len(rows)})
        page = render_template(
            "console/people.html", rows=rows, more=None, verdict=None, tally={}, searched=True
        )
        return make_response(page, 200 if rows else 404)

    @pages.get(f"/people/<int(max={MOST}):contact_id>")
    @guarded
    def person(contact_id: int) -> Page:
        with hub.database.read() as tx:
            links = person_views.people_of(tx, contact_id, sites_here())
            evidence = person_views.evidence_of(tx, contact_id)
            if not links and not evidence:
                abort(404)
            if not links and not rights.sees(
                g.session.user, [person_views.site_of(tx, contact_id)]
            ):
                # Like a person who is not there: whether there is one is another site's affair.
                abort(404)
            page = render_template(
                "console/person.html",
                links=links,
                evidence=_shown(evidence, links),
                exclusions=person_views.exclusions_of(tx, contact_id),
                messages=message_views.messages_page(
                    tx, before=None, contact_id=contact_id, sites=sites_here()
                ),
            )
        trail.note(hub, "person.seen", f"contact:{contact_id}")
        return page


def _shown(evidence: list[EvidenceRow], links: Sequence[PersonRow]) -> list[EvidenceRow]:
    """Give the ground as this user may see it: it is of the number, a record of its site."""
    if sites_here() is None:
        return evidence
    own = {row.ref for row in links}
    return [
        row
        if row.source_ref in own
        else replace(row, source_ref=None, source_field=None, source_value=None)
        for row in evidence
    ]
