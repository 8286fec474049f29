"""Texts that people saw (wording, form, purpose, statement), kept once by their hash."""

import hashlib

from hub.store.ledger import DocumentRow


def digest(text: str) -> str:
    """Give the SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def kept(text: str, kind: str, language: str | None = None) -> DocumentRow:
    """Give the row under which a text is kept; characters no database takes are replaced."""
    clean = storable(text)
    return DocumentRow(sha256=digest(clean), kind=kind, language=language, text=clean)


def storable(text: str) -> str:
    """Give a text as every database takes it.

    PostgreSQL refuses U+0000, and a lone surrogate has no UTF-8; platforms have sent both.
    """
    if text.isprintable():
        # Neither of the two is, and nearly every text here is.
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
