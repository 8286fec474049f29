"""The proof of one message as a page to print."""

from html import escape
from typing import TextIO

from hub.consent.dossier import Reader
from hub.consent.entry_html import EntryPart
from hub.consent.export import form_hashes
from hub.consent.export_html import Page
from hub.consent.export_words import PROOF
from hub.consent.printed import Printed, listed, quoted
from hub.consent.proof import MessageProof
from hub.values.labels import MESSAGE_STATES
from hub.values.words import Language


def write_proof(out: TextIO, proof: MessageProof, reader: Reader, language: Language) -> None:
    """Write the page: the message, its timeline, the entry it rests on with its form."""
    printed = Printed(language)
    page = Page(reader, language)
    message = proof.message

    def named(name: str) -> str:
        return printed.said(PROOF[name])

    text = quoted(proof.text) if proof.text is not None else named("no_text")
    template = f"{proof.template.key} v{proof.template.version}" if proof.template else ""
    rows = [
        (named("message"), str(message.id)),
        (printed.field("number"), escape(proof.dossier.number or "")),
        (named("text"), text),
        (named("template"), escape(template)),
        (named("ordered_by"), escape(proof.send.actor)),
        (named("gateway"), escape(proof.gateway.label if proof.gateway else "")),
        (named("submitted_at"), printed.when(message.submitted_at)),
        (named("state"), printed.said(MESSAGE_STATES.get(message.state))),
        (named("reference"), escape(message.gateway_reference or "")),
    ]
    steps = "".join(
        f"<tr><td>{printed.when(step.at)}</td>"
        f"<td>{printed.said(MESSAGE_STATES.get(step.state))}</td>"
        f"<td>{escape(step.reason or '')}</td></tr>"
        for step in proof.steps
    )
    out.write(printed.begin(named("title")) + listed(rows))
    out.write(f"<h2>{named('timeline')}</h2><table>{steps}</table>")
    out.write(f"<h2>{named('ground')}</h2>")
    if proof.entry is None:
        out.write(f"<p>{named('no_ground')}</p>")
    else:
        out.write(EntryPart(printed, reader.origins).entry(proof.entry))
        named_by = {proof.entry.row.clear["form_sha256"]}
        if proof.entry.collection:
            named_by.add(proof.entry.collection.form_sha256)
        forms = [each for each in form_hashes(proof.dossier) if each in named_by]
        out.writelines(page.form(each, first=not place) for place, each in enumerate(forms))
    out.write(page.foot())
