"""Messages: what was sent, refused and why; one message with its ground and timeline."""

from flask import Blueprint, abort, g, render_template, request

from hub.access import rights
from hub.access.rights import Act
from hub.factory import Hub
from hub.store import counts, message_views, person_views
from hub.web.console import trail
from hub.web.console.guarding import Page, let_in, sites_here
from hub.web.console.tools import MOST, number_in


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = let_in(hub, Act.LOOK)

    @pages.get("/messages")
    @guarded
    def messages() -> Page:
        before = number_in("before")
        state = request.args.get("state") or None
        with hub.database.read() as tx:
            rows = message_views.messages_page(tx, before=before, state=state, sites=sites_here())
            tally = counts.messages_by_state(tx, sites_here())
        more = rows[message_views.PAGE - 1].id if len(rows) > message_views.PAGE else None
        trail.note(hub, "messages.listed", "messages", {"rows": min(len(rows), message_views.PAGE)})
        return render_template(
            "console/messages.html",
            rows=rows[: message_views.PAGE],
            more=more,
            state=state,
            tally=tally,
        )

    @pages.get(f"/messages/<int(max={MOST}):message_id>")
    @guarded
    def message(message_id: int) -> Page:
        with hub.database.read() as tx:
            row = message_views.message(tx, message_id)
            if row is None or not rights.sees(g.session.user, [row.site_id]):
                abort(404)
            proof = [
                entry
                for entry in person_views.evidence_of(tx, row.contact_id)
                if entry.event_id == row.evidence_id
            ]
            page = render_template(
                "console/message.html",
                row=row,
                steps=message_views.steps(tx, message_id),
                proof=proof[0] if proof else None,
            )
        trail.note(hub, "message.seen", f"message:{message_id}", {"contact": row.contact_id})
        return page
