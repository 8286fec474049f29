"""`hub consent paper`: a consent that a person signed on paper."""

from datetime import datetime
from typing import IO

import click

from hub.cli import audit
from hub.cli.moment import Moment
from hub.cli.number import asked_number
from hub.cli.output import json_option, note, print_json, tell
from hub.contacts import paper as papers
from hub.contacts.paper import Paper
from hub.factory import build
from hub.messages import library


@click.command()
@click.option("--purpose", "purpose_key", required=True, help="What they agreed to.")
@click.option("--signed-at", type=Moment(), required=True, help="The day they signed.")
@click.option(
    "--wording-file",
    type=click.File(encoding="utf-8"),
    required=True,
    help="The words on the paper they signed.",
)
@click.option("--paper", "kept_at", required=True, help="Where the paper or its scan is kept.")
@click.option("--agent", default="", help="Who enters it.")
@json_option
def command(
    purpose_key: str,
    signed_at: datetime,
    wording_file: IO[str],
    kept_at: str,
    agent: str,
    as_json: bool,
) -> None:
    """Enter a consent that a person signed on paper; the number is asked for, or read from stdin.

    It renews a number that changed, is dead or was silent, and re-opens what its person stopped
    before they signed. A day alone counts from its first moment.

    Exit codes: 0 entered, 1 the purpose, the date or the number cannot be, 2 wrong usage.
    """
    hub = build()
    wording = wording_file.read()
    number = asked_number()
    platforms = hub.sign_ups.platforms()
    with hub.database.write() as tx:
        purpose = library.purpose_of(tx, purpose_key)
        kept = papers.enter(
            tx,
            hub.cipher,
            Paper(
                number=number,
                signed_at=signed_at,
                wording=wording,
                kept_at=kept_at,
                actor=f"agent:{agent}" if agent else audit.ACTOR,
            ),
            purpose,
            platforms=platforms,
            controller=hub.config.sender_name,
            now=hub.clock(),
        )
        audit.note(hub, tx, "consent.entered", f"evidence:{kept.event_id}")
    hub.bells.pushes()
    hub.bells.consents()
    if as_json:
        print_json(
            {"evidence": kept.event_id, "strength": kept.strength, "excluded": kept.excluded}
        )
        return
    tell(
        f"書面による同意を記録しました(強さ{kept.strength})。",
        f"The consent on paper is on record (strength {kept.strength}).",
    )
    if kept.excluded:
        note(
            "署名より後に本人が停止を申し出ているため、送信除外リストの登録は残ります。",
            "The number stays on the exclusion list: its person said stop after they had signed.",
        )
