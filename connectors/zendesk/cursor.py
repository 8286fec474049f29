# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pull stands: Zendesk's own cursor, and what it was read by.

Zendesk's export goes through all users by the time of their last change and then on into the
future, so the first load and what follows are one stream. The cursor is opaque.
"""

import hashlib
import json

from hub.sdk import FieldMapping


def fingerprint(subdomain: str, mapping: FieldMapping) -> str:
    """Name an account and a mapping: where either changes, everything has to be read anew."""
    fields = {**vars(mapping), "subdomain": subdomain, "attributes": dict(mapping.attributes)}
    text = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def dump(after: str | None, of: str) -> str:
    """Write a place in the export, read by the account and mapping with this fingerprint."""
    return json.dumps({"of": of, "after": after}, separators=(",", ":"))


def load(text: str | None, of: str) -> str | None:
    """Read a place; None, the beginning, where there is none or it belongs to another mapping."""
    try:
        place = json.loads(text) if text is not None else {}
        after = place.get("after") if place.get("of") == of else None
    except (ValueError, AttributeError):
        # A cursor nobody can read costs a full pass; guessing could cost an opt-out.
        return None
    return after if isinstance(after, str) else None
