"""What becomes of a refusal when its record is merged into another or converted.

Salesforce lets the loser go and gives its winner nothing of what the person said. So the
stricter answer of the two is what the winner says, and the loser's refusal is told once more
before the loser is let go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hub.sdk import Answer, ConsentReading, Ref, SourceContact

CONTACT = "Contact"


def is_dead(record: Mapping[str, Any]) -> bool:
    """Say whether a record is in the recycle bin, or a lead that became a contact."""
    return record.get("IsDeleted") is True or record.get("IsConverted") is True


def winner_of(object_: str, record: Mapping[str, Any], objects: Sequence[str]) -> Ref | None:
    """Give the record that goes on for a dead one; None where there is none the hub reads."""
    master = record.get("MasterRecordId")
    if isinstance(master, str) and master:
        return Ref(object_, master)
    contact = record.get("ConvertedContactId")
    if isinstance(contact, str) and contact and CONTACT in objects:
        return Ref(CONTACT, contact)
    return None


def refuses(contact: SourceContact) -> bool:
    """Say whether a record says no to anything."""
    out = contact.opt_out is not None and contact.opt_out.out
    return out or any(reading.answer is Answer.NO for reading in contact.consents)


def stricter(winner: SourceContact, loser: SourceContact) -> SourceContact:
    """Give the winner with every no of the loser."""
    opt_out = winner.opt_out
    if loser.opt_out is not None and loser.opt_out.out and not (opt_out and opt_out.out):
        opt_out = loser.opt_out
    noes = {reading.purpose: reading for reading in loser.consents if reading.answer is Answer.NO}
    consents = tuple(_of_both(reading, noes.get(reading.purpose)) for reading in winner.consents)
    return replace(winner, opt_out=opt_out, consents=consents)


def without_yes(loser: SourceContact) -> SourceContact:
    """Give a dead record's refusals alone: nothing is agreed to through a record that is gone."""
    consents = tuple(each for each in loser.consents if each.answer is Answer.NO)
    return replace(loser, consents=consents)


def _of_both(winner: ConsentReading, no: ConsentReading | None) -> ConsentReading:
    return winner if no is None or winner.answer is Answer.NO else no
