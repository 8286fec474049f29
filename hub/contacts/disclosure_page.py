"""A disclosure as one page that its person can read and print: no script, nothing loaded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TextIO

from hub.consent.dossier import Reader
from hub.consent.export import form_hashes
from hub.consent.export_html import Page
from hub.consent.printed import Printed, listed, quoted
from hub.contacts.disclosure import Disclosure
from hub.contacts.disclosure_words import ACTIONS, ACTORS, ORDERS, REQUESTS, WORDS
from hub.store.disclosure import HeldMessage, HeldRecord
from hub.values.labels import MESSAGE_STATES, VERDICTS
from hub.values.words import Language, Words


def write_page(out: TextIO, disclosure: Disclosure, reader: Reader, language: Language) -> None:
    """Write it as one self-contained page in this language."""
    page = Page(reader, language)
    out.writelines(_Parts(Printed(language)).before(disclosure))
    out.write(page.person(disclosure.dossier))
    out.writelines(_Parts(Printed(language)).after(disclosure))
    forms = form_hashes(disclosure.dossier)
    out.writelines(page.form(each, first=not place) for place, each in enumerate(forms))
    out.write("</body></html>\n")


class _Parts:
    """Writes what a disclosure has beside the ledger, in one language."""

    def __init__(self, printed: Printed) -> None:
        self._p = printed

    def before(self, disclosure: Disclosure) -> Iterator[str]:
        """Give the heading and the records."""
        yield self._p.begin(self._say("title"))
        yield self._rows(
            {
                "by": escape(disclosure.controller.name),
                "address": escape(disclosure.controller.address),
                "contact": escape(disclosure.controller.contact),
                "at": self._p.when(disclosure.at),
                "since": self._p.when(disclosure.contact.created_at),
                "hold": self._p.when(disclosure.contact.legal_hold_at),
            }
        )
        yield from self._sections("records", [self._record(each) for each in disclosure.records])

    def after(self, disclosure: Disclosure) -> Iterator[str]:
        """Give messages, replies, forms, erasures and accesses."""
        yield from self._sections("messages", [self._message(each) for each in disclosure.messages])
        yield from self._sections(
            "replies",
            [
                self._rows(
                    {
                        "when": self._p.when(each.received_at),
                        "gateway": escape(each.gateway),
                        "text": self._text(each.text),
                    }
                )
                for each in disclosure.replies
            ],
        )
        yield from self._table(
            "requests",
            ("when", "form", "purpose", "state"),
            [
                (
                    self._p.when(each.created_at),
                    each.form,
                    ", ".join(each.purposes),
                    self._word(REQUESTS, each.state),
                )
                for each in disclosure.requests
            ],
        )
        yield from self._table(
            "orders",
            ("ordered", "due", "state"),
            [
                (
                    self._p.when(each.ordered_at),
                    self._p.when(each.due_at),
                    self._word(ORDERS, each.state),
                )
                for each in disclosure.orders
            ],
        )
        yield from self._table(
            "accesses",
            ("when", "who", "what", "from"),
            [
                (
                    self._p.when(each.at),
                    self._actor(each.actor),
                    self._word(ACTIONS, each.action),
                    each.address or "",
                )
                for each in disclosure.accesses
            ],
        )

    def _record(self, each: HeldRecord) -> str:
        attributes = "<br>".join(
            f"{escape(key)}: {escape(value)}" for key, value in each.attributes.items()
        )
        return self._rows(
            {
                "record": escape(f"{each.connection} ({each.platform}) {each.ref}"),
                "name": escape(each.name),
                "attributes": attributes,
                "verdict": self._p.said(VERDICTS.get(each.verdict)) or escape(each.verdict),
                "read_at": self._p.when(each.read_at),
                "vanished_at": self._p.when(each.vanished_at),
                "erased_at": self._p.when(each.erased_at),
            }
        )

    def _message(self, each: HeldMessage) -> str:
        steps = "<br>".join(
            f"{self._p.when(step.at)} {self._p.said(MESSAGE_STATES.get(step.state))}"
            for step in each.steps
        )
        return self._rows(
            {
                "when": self._p.when(each.created_at),
                "template": escape(each.template),
                "purpose": escape(each.purpose_key),
                "gateway": escape(each.gateway),
                "text": self._text(each.text),
                "steps": steps,
                "evidence": escape(each.evidence_id or ""),
            }
        )

    def _sections(self, title: str, parts: Sequence[str]) -> Iterator[str]:
        yield f"<h2>{self._say(title)}</h2>"
        yield from (f'<section class="entry">{part}</section>' for part in parts)
        if not parts:
            yield f"<p>{self._say('none')}</p>"

    def _table(
        self, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]
    ) -> Iterator[str]:
        lines = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        heads = "".join(f"<th>{self._say(name)}</th>" for name in head)
        yield f"<h2>{self._say(title)}</h2>"
        yield f"<table><tr>{heads}</tr>{lines}</table>" if lines else f"<p>{self._say('none')}</p>"

    def _actor(self, code: str) -> str:
        kind, _, id_ = code.partition(":")
        return " ".join(part for part in (self._word(ACTORS, kind), id_) if part)

    def _word(self, words: Mapping[str, Words], code: str) -> str:
        found = words.get(code)
        return found.in_(self._p.language) if found else code

    def _rows(self, values: Mapping[str, str]) -> str:
        return listed((self._say(name), value) for name, value in values.items())

    def _text(self, text: str | None) -> str:
        return self._say("not_kept") if text is None else quoted(text)

    def _say(self, name: str) -> str:
        return self._p.said(WORDS[name])
