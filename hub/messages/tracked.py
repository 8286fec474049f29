"""Counted links: an address of the hub's own domain that leads on to the template's.

Where it leads stands in the template alone, so that nobody can make one lead elsewhere. The secret
in it is made from the one of the message's opt-out link and does not give that away: whoever a link
is passed on to cannot act for its reader. A fetch says that something fetched it (scanners and
previews do, too), never that anybody read or agreed to anything.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.messages.templates import parse
from hub.store import templates
from hub.store import tracked as queries
from hub.store.database import Tx
from hub.store.tracked import NewLink

LENGTH = 12
_SHAPE = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """One counted link of a send: how many messages carry it, from how many it was fetched."""

    url: str
    carried: int
    fetched: int


def derive(token: str, place: int) -> str:
    """Give the secret of a message's counted link, by the message's token and the link's place."""
    digest = hashlib.sha256(f"link:{place}:{token}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:LENGTH]


def keep(tx: Tx, tokens: Mapping[int, str], links: int) -> None:
    """Keep the counted links of messages, so many of each, by message id and token."""
    queries.add(
        tx,
        [
            NewLink(token_hash=_hash(derive(token, place)), message_id=message_id, place=place)
            for message_id, token in tokens.items()
            for place in range(links)
        ],
    )


def follow(tx: Tx, secret: str, now: datetime, lives: timedelta) -> str | None:
    """Give where a link leads; None for one that was never made, is over, or has not its shape."""
    if not _SHAPE.fullmatch(secret):
        return None
    row = queries.find(tx, _hash(secret))
    if row is None or row.created_at + lives <= now:
        return None
    links = parse(row.body).links
    return links[row.place].url if row.place < len(links) else None


def count(tx: Tx, secret: str, now: datetime) -> None:
    """Count a fetch of a link."""
    queries.count(tx, _hash(secret), now)


def fetched(tx: Tx, send_id: int, template_id: int) -> list[Fetched]:
    """Give the counted links of a send's template, with how many of its messages were fetched."""
    template = templates.by_id(tx, template_id)
    links = parse(template.body).links if template else ()
    counts = queries.fetched(tx, send_id)
    return [
        Fetched(url=link.url, carried=counts[place][0], fetched=counts[place][1])
        for place, link in enumerate(links)
        if place in counts
    ]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
