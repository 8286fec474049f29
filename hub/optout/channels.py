"""How a person tells somebody of the company to stop: any way counts that makes the number known
(特定電子メール法施行規則 art. 5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.consent.entry import Method
from hub.consent.exclusions import Origin
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way: what it is called, and what the list and the ledger say of it."""

    origin: Origin
    method: Method
    words: Words


CHANNELS: Mapping[str, Channel] = {
    "phone": Channel(origin=Origin.AGENT, method=Method.VOICE, words=Words("電話", "Phone")),
    "in_person": Channel(
        origin=Origin.ADMIN, method=Method.IN_PERSON, words=Words("対面", "In person")
    ),
    "writing": Channel(
        origin=Origin.ADMIN,
        method=Method.PAPER,
        words=Words("手紙・メール・問い合わせフォーム", "Letter, mail or a contact form"),
    ),
}
