"""What becomes of records beside being changed: two are merged, a Lead becomes a Contact."""

from typing import Any

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.inputs import named
from connectors.salesforce.sandbox.moments import to_text
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.records import Row, Table
from connectors.salesforce.sandbox.writing import find

MERGED = ("Account", "Contact", "Lead")
_MOST_LOSERS = 2
_CARRIED = ("LastName", "FirstName", "MobilePhone", "Phone", "Email", "Title", "LeadSource")


def merge(org: Org, winner_id: str, loser_ids: list[str]) -> None:
    """Merge one or two records into a third of the same object.

    The losers go to the recycle bin with `MasterRecordId`; what they have and the winner lacks is
    not taken over. Tasks on them move to the winner.
    Raises SalesforceError.
    """
    found = org.by_id(winner_id)
    if found is None or found[0].about.name not in MERGED:
        raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if not 1 <= len(loser_ids) <= _MOST_LOSERS:
        raise SalesforceError("INVALID_OPERATION", "One or two records can be merged into another.")
    table = found[0]
    with org.transaction():
        winner = find(org, table, winner_id)
        for loser_id in loser_ids:
            loser = find(org, table, loser_id)
            if loser.number == winner.number:
                raise SalesforceError("DUPLICATE_VALUE", "A record cannot be merged into itself.")
            _move_tasks(org, table, loser, winner_id)
            values = loser.values | {"MasterRecordId": winner_id, "LastModifiedById": org.actor}
            gone = loser.with_values(values, org.now())
            gone.deleted = True
            org.write(table, gone, "deleted")
        values = winner.values | {"LastModifiedById": org.actor}
        org.write(table, winner.with_values(values, org.now()), "updated")


def convert(org: Org, lead_id: str) -> str:
    """Make a Contact of a Lead and give the Contact's id; the Lead stays, converted.

    Custom fields go over where both objects have them, as with fields mapped for conversion.
    Raises SalesforceError.
    """
    leads, contacts = org.tables["Lead"], org.tables["Contact"]
    with org.transaction():
        lead = find(org, leads, lead_id)
        if lead.values.get("IsConverted"):
            raise SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "The lead is converted already.")
        now = org.now()
        stamps = {"CreatedById": org.actor, "LastModifiedById": org.actor}
        carried = _carried(contacts, lead) | stamps
        contact = Row(contacts.new_number(), now, now, now, named(carried))
        org.write(contacts, contact, "created")
        contact_id = contacts.about.ids.of(contact.number)
        values: dict[str, Any] = lead.values | {
            "IsConverted": True,
            "Status": "Closed - Converted",
            "ConvertedDate": to_text(org.clock())[:10],
            "ConvertedContactId": contact_id,
            "LastModifiedById": org.actor,
        }
        org.write(leads, lead.with_values(values, now), "updated")
    return contact_id


def _carried(contacts: Table, lead: Row) -> dict[str, Any]:
    names = {field.name for field in contacts.about.fields.values() if field.custom}
    names |= {*_CARRIED, "IndividualId", "OwnerId", "DoNotCall", "HasOptedOutOfEmail"}
    return {name: value for name, value in lead.values.items() if name in names}


def _move_tasks(org: Org, table: Table, loser: Row, winner_id: str) -> None:
    tasks = org.tables["Task"]
    for number in sorted(tasks.found("WhoId", table.about.ids.of(loser.number))):
        task = tasks.row(number)
        org.write(tasks, task.with_values(task.values | {"WhoId": winner_id}, org.now()), "updated")
