"""Who is in the demo, and what they read."""

import re

from hub.demo.stage import Stage
from hub.demo.wait import check
from hub.store import people
from hub.testing.roster import Person, Verdict, first, roster
from hub.values.words import Words

CAMPAIGN = "campaign"
RESERVATION = "reservation"
OFFER = "{{name}}様 {{sender_name}}です。今週末は全品10%OFF!\n配信停止はこちら {{opt_out_url}}"
_LINK = re.compile(r"https?://\S+/o/[\w-]{12}")


def recipient() -> Person:
    """Give the person whose phone is looked at: agreed, a number of their own, everywhere."""
    found = first(200, Verdict.CONSENTED, zendesk=True)
    if found is None:
        raise LookupError("the roster has nobody who agreed")
    return found


def may_be_texted() -> set[str]:
    """Give the numbers of all who agreed, less those where somebody with that number withdrew."""
    people_ = roster()
    yes = {p.e164 for p in people_ if p.e164 and p.verdict is Verdict.CONSENTED}
    return yes - {p.e164 for p in people_ if p.verdict is Verdict.WITHDRAWN}


def text_of(stage: Stage) -> str | None:
    """Give the offer on the recipient's phone, or None while it is not there."""
    number = recipient().e164
    texts = [m.text for m in stage.phone.messages if m.number == number]
    return next((text for text in texts if _LINK.search(text)), None)


def link_of(stage: Stage) -> str:
    """Give the opt-out link in the offer."""
    found = _LINK.search(text_of(stage) or "")
    check(found is not None, Words("SMSに配信停止URLがあること", "the SMS has an opt-out link"))
    return found.group() if found else ""


def contact_of(stage: Stage) -> int:
    """Give the recipient's contact in the hub."""
    with stage.hub.database.read() as tx:
        found = people.find_contact(tx, stage.hub.cipher.lookups(recipient().e164 or ""))
    check(found is not None, Words("連絡先があること", "the contact is known"))
    return found or 0
