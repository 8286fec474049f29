"""What all public pages have in common: headers, frame, languages, the sender at the foot."""

from collections.abc import Mapping, Sequence

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from hub.config import Config
from hub.values.words import Language, Words
from hub.web.language import reader_language
from hub.web.public.style import CSS, content_policy
from hub.web.public.words import TEXTS, clock_time, day

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
}


class Answers:
    """Makes the pages of one hub. `texts` are words of a page of its own, besides those of all."""

    def __init__(self, config: Config, texts: Mapping[str, Words] | None = None) -> None:
        self._config = config
        self._texts = {**TEXTS, **(texts or {})}

    def language(self, among: Sequence[Language] = ("ja", "en")) -> Language:
        """Give the language the reader wants, out of those a page has."""
        wanted = reader_language(request, self._config.language)
        return wanted if wanted in among else among[0]

    def page(
        self,
        template: str,
        status: int = 200,
        *,
        language: Language | None = None,
        other: Language | None = None,
        framed_by: Sequence[str] = (),
        **values: object,
    ) -> Response:
        """Give a page: in the reader's language and the other one, or in those that are named.

        `framed_by` are the origins that may show it in a frame.
        """
        if language is None:
            language = self.language()
            other = "en" if language == "ja" else "ja"
        page = render_template(template, **self.values(language, other), **values)
        response = Response(page, status=status, mimetype="text/html")
        return with_headers(response, framed_by)

    def values(self, language: Language, other: Language | None) -> dict[str, object]:
        """Give what every template can use; `other` is the language it can be read in too."""
        config = self._config
        return {
            "lang": language,
            "other": other,
            "t": {key: words.in_(language) for key, words in self._texts.items()},
            "css": Markup(CSS),  # noqa: S704 - our own constant
            "path": request.path,
            "sender": config.sender_name,
            "contact": config.sender_contact,
            "contact_link": contact_link(config.sender_contact),
            "address": config.sender_address,
            "day": lambda moment: day(moment, language),
            "clock_time": clock_time,
        }


def contact_link(contact: str) -> str:
    """Give what a tap on the contact opens; empty where it is more than an address or a number."""
    if contact.startswith(("https://", "http://")) and " " not in contact:
        return contact
    if contact.count("@") == 1 and " " not in contact:
        return f"mailto:{contact}"
    digits = contact.replace("-", "")
    return f"tel:{digits}" if digits.isascii() and digits.isdecimal() else ""


def with_headers(response: Response, framed_by: Sequence[str] = ()) -> Response:
    """Give the answer with the headers of every public page."""
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = content_policy(framed_by)
    return response
