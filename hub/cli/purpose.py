"""`hub consent purpose`: what people agree to be texted about (利用目的)."""

import click

from hub.cli import audit
from hub.cli.output import json_option, print_json, say, table, tell, word
from hub.cli.template import CLASSES
from hub.consent import purposes
from hub.consent.purposes import Purpose
from hub.factory import build


@click.group("purpose")
def command() -> None:
    """Describe and list purposes (利用目的)."""


@command.command()
@click.argument("key")
@click.option(
    "--class",
    "message_class",
    type=click.Choice(["promotional", "transactional", "mixed"]),
    required=True,
    help="Mixed counts as promotional: what advertises at all is advertising.",
)
@click.option("--label", required=True, help="Its name, as people read it on the opt-out page.")
@click.option("--text", required=True, help="What people are told they agree to.")
@json_option
def add(key: str, message_class: str, label: str, text: str, as_json: bool) -> None:
    """Describe a purpose, or describe the one called KEY anew as its next version.

    What was agreed to before keeps the version it was agreed under.

    Exit codes: 0 stored (or there already), 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        purpose = purposes.ensure(tx, key, message_class, label, text, hub.clock())
        audit.note(hub, tx, "purpose.described", f"purpose:{purpose.key}:{purpose.version}")
    if as_json:
        print_json(_values(purpose))
        return
    name = word(CLASSES, purpose.message_class)
    tell(
        f"利用目的「{purpose.key}」の第{purpose.version}版を登録しました({name})。",
        f'Purpose "{purpose.key}" is stored, version {purpose.version} ({name.lower()}).',
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the newest version of every purpose.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = purposes.every(tx)
    if as_json:
        print_json([_values(row) for row in rows])
        return
    if not rows:
        tell(
            "利用目的はまだありません。hub consent purpose add で登録してください。",
            "There are no purposes yet. Describe one with hub consent purpose add.",
        )
        return
    table(
        [say("名前", "KEY"), say("版", "VERSION"), say("区分", "CLASS"), say("表示名", "LABEL")],
        [[row.key, str(row.version), word(CLASSES, row.message_class), row.label] for row in rows],
    )


def _values(purpose: Purpose) -> dict[str, object]:
    return {
        "key": purpose.key,
        "version": purpose.version,
        "class": purpose.message_class,
        "label": purpose.label,
        "text": purpose.text,
    }
