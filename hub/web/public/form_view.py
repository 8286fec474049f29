"""What an opt-in form shows to its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from hub.config import Config
from hub.consent import forms
from hub.consent.forms import Form
from hub.messages.sent_form import TickedBox
from hub.store.database import Tx
from hub.store.forms import FormTexts
from hub.values.words import Language


@dataclass(frozen=True, kw_only=True)
class BoxView:
    """One box: the purpose it is for, in which version, and the words it is agreed to by."""

    key: str
    version: int
    label: str
    text: str
    words: str


@dataclass(frozen=True, kw_only=True)
class FormView:
    """A form in one language. `digest` names all that bears on consent as it is shown now."""

    language: Language
    languages: Sequence[Language]
    texts: FormTexts
    boxes: Sequence[BoxView]
    version: int
    notice_url: str
    notice_version: str
    double_opt_in: bool
    digest: str

    @property
    def other(self) -> Language | None:
        """The other language it can be read in, where it has two."""
        return next((each for each in self.languages if each != self.language), None)

    def ticked(self, keys: Sequence[str]) -> list[TickedBox]:
        """Give the boxes with these keys; what is no box of this form is left out."""
        return [
            TickedBox(purpose_key=box.key, version=box.version, text=box.words)
            for box in self.boxes
            if box.key in keys
        ]


def view_of(tx: Tx, form: Form, wanted: Language, config: Config) -> FormView:
    """Give the form in this language, or in the one it has."""
    language, texts = forms.texts_in(form, wanted)
    purposes = forms.purposes_of(tx, form)
    sender = {
        "name": config.sender_name,
        "contact": config.sender_contact,
        "address": config.sender_address,
    }
    return FormView(
        language=language,
        languages=tuple(form.content.texts),
        texts=texts,
        boxes=[
            BoxView(
                key=purpose.key,
                version=purpose.version,
                label=purpose.label,
                text=purpose.text,
                words=forms.box_text(texts, purpose),
            )
            for purpose in purposes
        ],
        version=form.version,
        notice_url=form.content.privacy_notice_url,
        notice_version=form.content.privacy_notice_version,
        double_opt_in=form.content.double_opt_in,
        digest=forms.shown_digest(form, language, purposes, sender),
    )


def plain_text(page: str) -> str:
    """Give what a page of ours says, without its markup: what is kept of the form as proof."""
    reader = _Reader()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects text; a box and a button are text too."""

    _BLOCKS = frozenset({"p", "h1", "h2", "dt", "dd", "li", "label", "legend", "small", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._hidden += tag == "style"
        if tag in self._BLOCKS:
            self.parts.append("\n")
        if tag == "input" and named.get("type") == "checkbox":
            self.parts.append("[x] " if "checked" in named else "[ ] ")
        if tag == "input" and named.get("type") == "submit":
            self.parts.append(f"\n[{named.get('value') or ''}]")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag == "style"
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
