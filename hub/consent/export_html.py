"""The export as one page that a lawyer can read and print: no script, nothing loaded."""

from html import escape
from typing import TextIO

from hub.consent.dossier import Barred, Dossier, Reader
from hub.consent.entry_html import EntryPart
from hub.consent.export import Export, Written, form_hashes
from hub.consent.export_words import HEADINGS, HOW_TO_CHECK, ORIGINS
from hub.consent.printed import Printed, exact, listed
from hub.values.labels import PUSH_STATES
from hub.values.words import Language


def write_html(out: TextIO, reader: Reader, export: Export) -> Written:
    """Write the export as one self-contained page in its language."""
    page = Page(reader, export.language)
    done = Written()
    out.write(page.head(export))
    forms: dict[str, None] = {}
    for dossier in reader.every(export.wanted):
        done.count(dossier)
        forms |= dict.fromkeys(form_hashes(dossier))
        out.write(page.person(dossier))
    if not done.people:
        out.write(page.nobody())
    out.writelines(page.form(each, first=not place) for place, each in enumerate(forms))
    out.write(page.foot())
    return done


class Page:
    """Writes the parts of a page, in one language."""

    def __init__(self, reader: Reader, language: Language) -> None:
        self._reader = reader
        self._p = Printed(language)
        self._entries = EntryPart(self._p, reader.origins)

    def head(self, export: Export) -> str:
        """Give the beginning: what this is, of whom, made when by whom."""
        wanted = export.wanted
        purpose = escape(wanted.purpose_key or "")
        chosen = [
            f"contact {wanted.contact_id}" if wanted.contact_id is not None else "",
            f"{self._p.field('purpose')}: {purpose}" if purpose else "",
            f"{self._p.when(wanted.since)} –" if wanted.since else "",
            f"– {self._p.when(wanted.until)}" if wanted.until else "",
        ]
        head = export.head
        rows = [
            self._p.row("sender", escape(export.controller.name)),
            self._p.row("address", escape(export.controller.address)),
            self._p.row("contact", escape(export.controller.contact)),
            self._p.row("made_at", self._p.when(export.at)),
            self._p.row("made_by", escape(export.by)),
            self._p.row("selection", " ".join(each for each in chosen if each) or "–"),
            self._p.row("people", f"{export.people:,}"),
            self._p.row("head", exact(f"{head.seq}:{head.hash.hex()}") if head else "–"),
        ]
        title = self._p.said(HEADINGS["title"])
        return f"{self._p.begin(title)}{listed(rows)}"

    def person(self, dossier: Dossier) -> str:
        """Give everything about one number."""
        number = escape(dossier.number) if dossier.number else self._p.field("not_kept")
        if dossier.number and "*" in dossier.number:
            number += f" {self._p.field('masked')}"
        rows = [
            self._p.row("number", number),
            self._p.row("key", exact(dossier.key)),
            self._p.row("erased_at", self._p.when(dossier.erased_at)),
        ]
        parts = [
            f"<h2>{self._p.said(HEADINGS['subject'])} {dossier.contact_id}</h2>",
            listed(rows),
            self._records(dossier),
            f"<h3>{self._p.said(HEADINGS['entries'])}</h3>",
            *(self._entries.entry(each) for each in dossier.entries),
        ]
        if dossier.exclusions:
            parts.append(f"<h3>{self._p.said(HEADINGS['exclusions'])}</h3>")
            parts += [self._exclusion(each) for each in dossier.exclusions]
        return "\n".join(parts)

    def nobody(self) -> str:
        """Give the sentence that stands where there is nobody."""
        return f"<p>{self._p.said(HEADINGS['none'])}</p>"

    def form(self, sha256: str, *, first: bool) -> str:
        """Give the full text of a form under its hash."""
        head = f"<h2>{self._p.said(HEADINGS['forms'])}</h2>" if first else ""
        text = escape(self._reader.text(sha256) or "")
        return f'{head}<h3 class="hash" id="text-{sha256}">{sha256}</h3><pre>{text}</pre>\n'

    def foot(self) -> str:
        """Give the end: how to check what stands above."""
        steps = "".join(f"<li>{self._p.said(each)}</li>" for each in HOW_TO_CHECK)
        return f"<h2>{self._p.said(HEADINGS['check'])}</h2><ol>{steps}</ol></body></html>\n"

    def _records(self, dossier: Dossier) -> str:
        if not dossier.records:
            return ""
        cells = []
        for link in dossier.records:
            origin = self._reader.origins.get(link.connection_id)
            name = f"{origin.label} ({origin.plugin})" if origin else "–"
            cells.append(f"<tr><td>{escape(name)}</td><td>{escape(link.ref)}</td></tr>")
        return f"<h3>{self._p.said(HEADINGS['records'])}</h3><table>{''.join(cells)}</table>"

    def _exclusion(self, each: Barred) -> str:
        row = each.row
        told = "<br>".join(
            f"{escape(one.connection)} {escape(one.ref)}: "
            f"{self._p.said(PUSH_STATES.get(one.state))} {self._p.when(one.acknowledged_at)}"
            for one in each.told
        )
        rows = [
            self._p.row("covers", escape(self._p.scope(row.scope))),
            self._p.row("origin", self._p.said(ORIGINS.get(row.origin))),
            self._p.row("actor", escape(row.actor)),
            self._p.row("occurred_at", self._p.when(row.occurred_at)),
            self._p.row("recorded_at", self._p.when(row.recorded_at)),
            self._p.row("lifted_at", " ".join((self._p.when(row.lifted_at), row.lifted_why or ""))),
            self._p.row("receipts", told),
        ]
        return f'<section class="entry">{listed(rows)}</section>'
