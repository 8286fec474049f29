"""Addresses in an SMS, made tappable as a handset does."""

import re

from markupsafe import Markup, escape

# Handsets end an address at the first character that RFC 3986 does not allow, so that the
# Japanese text that follows without a space stays outside.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\[][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", re.ASCII)
_TRAILING = ".,;:!?'"


def linkify(text: str) -> Markup:
    """Give the text as HTML: everything escaped, http and https addresses as links."""
    html = Markup("")
    end = 0
    for match in _ADDRESS.finditer(text):
        address = _without_tail(match.group())
        html += escape(text[end : match.start()]) + _link(address)
        end = match.start() + len(address)
    return html + escape(text[end:])


def addresses(text: str) -> list[str]:
    """Give the addresses one can tap in a text, in their order."""
    return [_without_tail(match.group()) for match in _ADDRESS.finditer(text)]


def _link(address: str) -> Markup:
    link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>')
    return link.format(address)


def _without_tail(address: str) -> str:
    while address[-1] in _TRAILING or (address[-1] == ")" and "(" not in address):
        address = address[:-1]
    return address
