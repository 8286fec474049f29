"""Which language a reader sees."""

from flask import Request

from hub.values.words import Language


def reader_language(request: Request, default: Language = "ja") -> Language:
    """Give `?lang=` where it is one of ours, else what the browser asks for, else Japanese."""
    chosen = request.args.get("lang")
    if chosen == "en":
        return "en"
    if chosen == "ja":
        return "ja"
    best = request.accept_languages.best_match(["ja", "en"], default=default)
    return "en" if best == "en" else "ja"
