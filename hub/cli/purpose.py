"""`hub consent purpose`: what people agree to be texted about (利用目的)."""

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, print_json, say, table, tell, usage, when, word
from hub.cli.template import CLASSES
from hub.consent import purposes
from hub.consent.purposes import Purpose
from hub.factory import build
from hub.store.database import Tx


@click.group("purpose")
def command() -> None:
    """Describe and list purposes (利用目的); put one under a legal hold."""


@command.command()
@click.argument("key")
@click.option(
    "--class",
    "message_class",
    type=click.Choice([*purposes.CLASSES, "mixed"]),
    required=True,
    help="Mixed counts as promotional: what advertises at all is advertising.",
)
@click.option("--label", required=True, help="Its name, as people read it on the opt-out page.")
@click.option("--text", required=True, help="What people are told they agree to.")
@click.option(
    "--same-as",
    type=click.IntRange(min=1),
    metavar="VERSION",
    help="Its words are new, but say no more than this version: consents to that one cover it.",
)
@click.option("--wider", is_flag=True, help="It says more: consents to older versions do not do.")
@json_option
def add(
    key: str,
    message_class: str,
    label: str,
    text: str,
    same_as: int | None,
    wider: bool,
    as_json: bool,
) -> None:
    """Describe a purpose, or describe the one called KEY anew as its next version.

    What was agreed to before keeps the version it was agreed under. Consents to advertising do not
    cover another text unless --same-as says so; grounds of notices do unless --wider does.

    Exit codes: 0 stored (or there already), 1 refused and told why, 2 wrong usage.
    """
    if wider and same_as is not None:
        raise usage(
            "--same-as と --wider は同時に指定できません。どちらか一方にしてください。",
            "--same-as and --wider exclude each other. Give one of them.",
        )
    hub = build()
    with hub.database.write() as tx:
        purpose = purposes.ensure(
            tx, key, message_class, label, text, hub.clock(), same_as=same_as, wider=wider
        )
        left = _left_behind(tx, purpose)
        audit.note(
            hub,
            tx,
            "purpose.described",
            f"purpose:{purpose.key}:{purpose.version}",
            {"same_as": purpose.same_as},
        )
    if as_json:
        print_json(_values(purpose))
        return
    name = word(CLASSES, purpose.message_class)
    tell(
        f"利用目的「{purpose.key}」の第{purpose.version}版を登録しました({name})。",
        f'Purpose "{purpose.key}" is stored, version {purpose.version} ({name.lower()}).',
    )
    if left:
        tell(
            f"以前の版への同意{left:,}件は、この版の送信には使えません。"
            "文言だけの変更であれば --same-as で宣言してください。",
            f"{left:,} consents to earlier versions do not cover it. "
            "If only the words changed, declare that with --same-as.",
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
        [
            say("名前", "KEY"),
            say("版", "VERSION"),
            say("区分", "CLASS"),
            say("保全", "HELD"),
            say("表示名", "LABEL"),
        ],
        [
            [
                row.key,
                str(row.version),
                word(CLASSES, row.message_class),
                say("保全中", "held") if row.held else "-",
                row.label,
            ]
            for row in rows
        ],
    )


@command.command()
@click.argument("key")
@json_option
def show(key: str, as_json: bool) -> None:
    """Show every version of a purpose, and how many consents each has.

    Exit codes: 0 shown, 1 there is no such purpose, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = purposes.versions(tx, key)
        counts = purposes.consents(tx, key)
    if not rows:
        raise failed(
            f"利用目的「{key}」はありません。hub consent purpose list で確認してください。",
            f'There is no purpose "{key}". List them with hub consent purpose list.',
        )
    if as_json:
        print_json(
            [
                _values(row)
                | {"created_at": row.created_at, "consents": counts.get(row.version, 0)}
                for row in rows
            ]
        )
        return
    covers = purposes.covered(rows)
    table(
        [
            say("版", "VERSION"),
            say("登録", "SINCE"),
            say("区分", "CLASS"),
            say("同意", "CONSENTS"),
            say("現在の版", "COVER NOW"),
            say("文言", "TEXT"),
        ],
        [
            [
                str(row.version),
                when(row.created_at),
                word(CLASSES, row.message_class),
                f"{counts.get(row.version, 0):,}",
                say("有効", "yes") if row.version in covers else say("対象外", "no"),
                row.text,
            ]
            for row in rows
        ],
    )
    if rows[-1].held:
        tell(
            "法的な保全の対象です。この目的では送信しません。",
            "It is under a legal hold: nothing of it is sent.",
        )


@command.command()
@click.argument("key")
@click.option("--why", required=True, help="Why, such as the number of the order; it is kept.")
def hold(key: str, why: str) -> None:
    """Put a purpose under a legal hold (措置命令など): nothing of it is sent until its release.

    Exit codes: 0 held now, or already, 1 there is no such purpose, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        held = purposes.hold(tx, key, why=why, by=audit.ACTOR, now=hub.clock())
        if held:
            audit.note(hub, tx, "purpose.held", f"purpose:{key}")
    if held:
        tell(
            f"利用目的「{key}」を保全しました。解除するまで送信しません。",
            f'"{key}" is under a legal hold. Nothing of it is sent until its release.',
        )
    else:
        tell(f"利用目的「{key}」はすでに保全中です。", f'"{key}" is under a hold already.')


@command.command()
@click.argument("key")
def release(key: str) -> None:
    """Lift a purpose's legal hold. What was refused meanwhile stays refused.

    Exit codes: 0 released, or not held, 1 there is no such purpose, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        lifted = purposes.release(tx, key, by=audit.ACTOR, now=hub.clock())
        if lifted:
            audit.note(hub, tx, "purpose.released", f"purpose:{key}")
    if lifted:
        tell(f"利用目的「{key}」の保全を解除しました。", f'"{key}" is released.')
    else:
        tell(f"利用目的「{key}」は保全されていません。", f'"{key}" is under no hold.')


def _left_behind(tx: Tx, purpose: Purpose) -> int:
    """Count the consents to versions that do not cover this one any more."""
    counts = purposes.consents(tx, purpose.key)
    covers = purposes.covered(purposes.versions(tx, purpose.key))
    return sum(count for version, count in counts.items() if version not in covers)


def _values(purpose: Purpose) -> dict[str, object]:
    return {
        "key": purpose.key,
        "version": purpose.version,
        "class": purpose.message_class,
        "label": purpose.label,
        "text": purpose.text,
        "same_as": purpose.same_as,
        "held": purpose.held,
    }
