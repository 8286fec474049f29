"""`hub consent proof`: what one message rests on."""

from typing import Any, cast

import click

from hub.cli import audit, language
from hub.cli.newfile import new_file
from hub.cli.output import failed, json_option, note, print_json, say, table, tell, when, word
from hub.consent.dossier import Reader
from hub.consent.entry_fields import fields
from hub.consent.export_words import EVENTS, METHODS, PROOF
from hub.consent.proof import MessageProof, of_message
from hub.consent.proof_html import write_proof
from hub.contacts.phone import mask
from hub.factory import build
from hub.messages.reasons import words_for
from hub.values.labels import MESSAGE_STATES
from hub.values.words import Language


@click.command()
@click.argument("message_id", metavar="MESSAGE", type=int)
@click.option(
    "-o", "--output", "file", help="Write a page to read and print into this new file instead."
)
@click.option(
    "--language",
    "chosen",
    type=click.Choice(["ja", "en"]),
    help="The page's language; the terminal's by default.",
)
@json_option
def command(message_id: int, file: str | None, chosen: str | None, as_json: bool) -> None:
    """Show what was sent in MESSAGE, when, and the entry it rests on with the words people saw.

    The number is masked. The look is written to the audit trail.

    Exit codes: 0 shown, 1 there is no such message, or the file cannot be written, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        reader = Reader(tx, hub.cipher, mask)
        proof = of_message(tx, hub.cipher, reader, message_id)
        if proof is None:
            raise failed(
                f"メッセージ {message_id} はありません。番号を確認してください。",
                f"There is no message {message_id}. Check its id.",
            )
        if file is not None:
            with new_file(file) as out:
                write_proof(out, proof, reader, cast(Language, chosen or language()))
        detail = {"contact": proof.message.contact_id}
        audit.note(hub, tx, "message.proof", f"message:{message_id}", detail)
    if file is not None:
        note("書き出しました。", "Written.")
    elif as_json:
        print_json(_values(proof))
    else:
        _print(proof)


def _values(proof: MessageProof) -> dict[str, Any]:
    message = proof.message
    return {
        "message": message.id,
        "number": proof.dossier.number,
        "text": proof.text,
        "template": proof.template.key if proof.template else None,
        "template_version": proof.template.version if proof.template else None,
        "purpose": message.purpose_key,
        "ordered_by": proof.send.actor,
        "gateway": proof.gateway.name if proof.gateway else None,
        "state": message.state,
        "submitted_at": message.submitted_at,
        "steps": [
            {"at": step.at, "state": step.state, "reason": step.reason} for step in proof.steps
        ],
        "evidence": fields(proof.entry) if proof.entry else None,
    }


def _print(proof: MessageProof) -> None:
    message = proof.message
    tell(
        f"メッセージ {message.id}: 宛先 {proof.dossier.number or '-'}、"
        f"{word(MESSAGE_STATES, message.state)}",
        f"Message {message.id} to {proof.dossier.number or '-'}: "
        f"{word(MESSAGE_STATES, message.state)}",
    )
    text = proof.text if proof.text is not None else PROOF["no_text"].in_(language())
    click.echo("\n".join(f"  | {line}" for line in text.split("\n")))
    table(
        ["", "", ""],
        [
            [
                when(step.at),
                word(MESSAGE_STATES, step.state),
                words_for(step.reason).in_(language()) if step.reason else "",
            ]
            for step in proof.steps
        ],
        indent="  ",
    )
    entry = proof.entry
    if entry is None:
        click.echo(PROOF["no_ground"].in_(language()))
        return
    clear = entry.row.clear
    tell("\n送信の根拠とした記録", "\nThe record it rests on")
    rows = [
        [say("記録番号", "Place"), f"{entry.row.seq} ({clear['event_id']})"],
        [say("種別", "Event"), word(EVENTS, clear["event_type"])],
        [say("本人の行為", "Said"), when(clear["occurred_at"])],
        [say("方法", "Method"), word(METHODS, clear["method"])],
        [say("利用目的", "Purpose"), clear["purpose_key"]],
        [say("文言", "Words"), entry.wording or "-"],
        [say("署名", "Signed by"), entry.collection.signed_by if entry.collection else "-"],
        [say("ハッシュ", "Hash"), entry.row.hash.hex()],
    ]
    table(["", ""], rows, indent="  ")
    if entry.ending is not None and entry.ending.undone_by is None:
        tell(
            f"この記録は後に{entry.ending.seq}番の記録で撤回されています。",
            f"It was taken back later, by record {entry.ending.seq}.",
        )
