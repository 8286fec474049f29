"""A phone number typed or piped in: never an argument, which shells and process lists keep."""

import click

from hub.cli.output import failed, say, word
from hub.contacts.phone import NoPhone, normalise
from hub.factory import Hub
from hub.store import people
from hub.store.database import Tx
from hub.values.labels import VERDICTS


def asked_number() -> str:
    """Ask for a number on stderr, or read it from stdin; give it as E.164.

    Ends the command where it is none that can be texted.
    """
    typed = click.prompt(say("電話番号", "Number"), err=True, prompt_suffix=": ")
    phone = normalise(str(typed)[:100])
    if isinstance(phone, NoPhone):
        why = word(VERDICTS, str(phone.reason))
        raise failed(
            f"SMSを送れる番号ではありません({why})。番号を確認してください。",
            f"No number that can be texted ({why.lower()}). Check the number.",
        )
    return phone.e164


def known_contact(hub: Hub, tx: Tx, number: str) -> int:
    """Give the contact of a number; ends the command where the hub never saw it."""
    found = people.find_contact(tx, hub.cipher.lookups(number))
    if found is None:
        raise failed(
            "この番号の記録はありません。番号を確認してください。",
            "Nothing is on record about this number. Check it.",
        )
    return found
