# SPDX-License-Identifier: GPL-3.0-or-later
"""One ticket, read as the record that stands for its requester."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.sdk import FieldMapping, Ref, SourceContact

from .fields import TICKET_FIELD, Form
from .user import TICKET
from .values import text_of


class TicketReader:
    """Reads tickets by one mapping: what it maps of a ticket's own fields, and whose they are."""

    def __init__(self, form: Form, mapping: FieldMapping) -> None:
        self._attributes = {
            name: code for name, code in mapping.attributes.items() if form.is_of_ticket(code)
        }
        self._choice = mapping.number_choice

    def read(self, requester: SourceContact, ticket: Mapping[str, Any]) -> SourceContact:
        """Give a ticket's record: its requester's numbers, name and attributes, and its own fields.

        What the person agreed to or refused is told by the user's own record. Said once more here,
        it would stay what it was when the ticket was last looked at.
        """
        values = _values(ticket)
        own = {name: values.get(code, "") for name, code in self._attributes.items()}
        return replace(
            requester,
            ref=Ref(TICKET, str(ticket["id"])),
            person=requester.ref,
            attributes={**requester.attributes, **own},
            choice=values.get(self._choice, "") if self._choice else "",
            # No version either: whether a ticket tells of something new is not known by its
            # requester.
            version=None,
            consents=(),
            opt_out=None,
        )


def _values(ticket: Mapping[str, Any]) -> dict[str, str]:
    """Give every field of a ticket as text, by the code of the mapping; an odd one is left out."""
    found: dict[str, Any] = {
        f"{TICKET_FIELD}{key}": ticket.get(key)
        for key in ("status", "priority", "type", "group_id", "brand_id")
    }
    via = ticket.get("via")
    found[f"{TICKET_FIELD}channel"] = via.get("channel") if isinstance(via, Mapping) else None
    for each in ticket.get("custom_fields") or ():
        if isinstance(each, Mapping):
            found[f"{TICKET_FIELD}{each.get('id')}"] = each.get("value")
    texts: dict[str, str] = {}
    for code, value in found.items():
        try:
            texts[code] = text_of(value)
        except ValueError:
            continue
    return texts
