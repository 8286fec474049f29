"""Consent that was given to the hub itself, by its form or through the API.

Of one such consent come, in one transaction: a ledger entry for each purpose, the number where it
is not known yet, the end of an exclusion where the number is proven to be the person's own, and
one push for each record with that number in each connection that can be told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import ledger
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.exclusions import Exclusion, active, bars
from hub.consent.strength import WEAKEST, strength
from hub.contacts.telling import Fields, tell_consent
from hub.optout import act
from hub.store import own_numbers, people
from hub.store.cipher import Cipher
from hub.store.database import Tx

PROVEN = frozenset({Method.DOUBLE_OPT_IN_SMS})
"""How somebody proves that the number is their own. Only that re-opens a number that said stop: a
form alone takes whatever number a stranger types."""


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One purpose that was agreed to: its version and the words, None where nobody knows them."""

    purpose_key: str
    wording: str | None
    purpose_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Collected:
    """One act of agreeing. `None` means that nobody knows.

    `number` is E.164. `source_ref` names where it was said (`form:<key>`, `api:<id>`): of each
    source the newest entry counts. `occurred_at` is when the person acted. `ip` and `user_agent`
    go into the erasable part.
    """

    number: str = field(repr=False)
    agreed: Sequence[Agreed]
    method: Method
    source_ref: str
    actor: str
    default_ticked: bool | None = None
    language: str | None = None
    form_url: str | None = None
    form_text: str | None = field(default=None, repr=False)
    privacy_notice_url: str | None = None
    privacy_notice_version: str | None = None
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    source_field: str | None = None
    source_value: str | None = None
    site_id: int | None = None
    ip: str | None = field(default=None, repr=False)
    user_agent: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of one purpose: its ledger entry, and whether an exclusion still bars it."""

    purpose_key: str
    event_id: str
    strength: int
    excluded: bool


@dataclass(frozen=True, kw_only=True)
class Platforms:
    """What connections can be told: which take opt-outs and their end, which fields hold consent.

    `fields` gives, for each connection that takes consents, the purpose its field stands for.
    """

    opt_outs: Collection[int]
    fields: Fields


def collect(
    tx: Tx,
    cipher: Cipher,
    collected: Collected,
    *,
    promotional: Mapping[str, bool],
    platforms: Platforms,
    controller: str,
    now: datetime,
) -> list[Kept]:
    """Record one act of agreeing; give what became of each purpose, in the order given.

    `promotional` says of each purpose whether it advertises. Everybody's number may be named to
    the hub, so nothing here opens a number on the exclusion list unless the method proves it.
    """
    contact_id = people.contacts_for(tx, [cipher.lookups(collected.number)], now)[0]
    people.lock_contacts(tx, [contact_id])
    if collected.method in PROVEN and collected.occurred_at is not None:
        _reopen(tx, cipher, contact_id, collected, platforms, controller, now)
        own_numbers.revive(tx, contact_id, since=collected.occurred_at)
    own_numbers.keep_number(tx, cipher, contact_id, collected.number, collected.site_id)
    entries = [_entry(contact_id, collected, each, controller) for each in collected.agreed]
    ids = ledger.append(tx, cipher, entries, now)
    stops = active(tx, [contact_id])[contact_id]
    kept = [
        Kept(
            purpose_key=entry.purpose_key,
            event_id=event_id,
            strength=entry.strength,
            excluded=_barred(stops, entry.purpose_key, promotional[entry.purpose_key]),
        )
        for entry, event_id in zip(entries, ids, strict=True)
    ]
    tell_consent(
        tx,
        contact_id,
        {each.purpose_key: each.event_id for each in kept if not each.excluded and _worth(each)},
        fields=platforms.fields,
        acted_at=collected.occurred_at or now,
        now=now,
    )
    return kept


def strength_of(collected: Collected, wording: str | None) -> int:
    """Give how much such a consent proves, with these words or without any."""
    return strength(
        collected.method,
        default_ticked=collected.default_ticked,
        wording_known=bool(wording),
        time_known=collected.occurred_at is not None,
        source_known=True,
    )


def _worth(kept: Kept) -> bool:
    # A platform's field says yes to everybody who reads it: what proves nothing is not told.
    return kept.strength > WEAKEST


def _reopen(
    tx: Tx,
    cipher: Cipher,
    contact_id: int,
    collected: Collected,
    platforms: Platforms,
    controller: str,
    now: datetime,
) -> None:
    for each in collected.agreed:
        act.reopen(
            tx,
            cipher,
            contact_id=contact_id,
            purpose_key=each.purpose_key,
            occurred_at=collected.occurred_at or now,
            why="consent",
            actor=collected.actor,
            now=now,
            sink_connections=platforms.opt_outs,
            ip=collected.ip,
            user_agent=collected.user_agent,
            controller=controller,
        )


def _entry(contact_id: int, collected: Collected, agreed: Agreed, controller: str) -> Entry:
    proves = strength_of(collected, agreed.wording)
    personal = {
        "number": collected.number,
        "ip": collected.ip,
        "user_agent": collected.user_agent,
    }
    return Entry(
        event_type=EventType.GIVEN if proves > WEAKEST else EventType.IMPORTED,
        ground=Ground.CONSENT,
        contact_id=contact_id,
        purpose_key=agreed.purpose_key,
        purpose_version=agreed.purpose_version,
        method=collected.method,
        strength=proves,
        actor=collected.actor,
        default_ticked=collected.default_ticked,
        wording=agreed.wording,
        wording_language=collected.language,
        form_url=collected.form_url,
        form_text=collected.form_text,
        privacy_notice_url=collected.privacy_notice_url,
        privacy_notice_version=collected.privacy_notice_version,
        occurred_at=collected.occurred_at,
        expires_at=collected.expires_at,
        source_ref=collected.source_ref,
        source_field=collected.source_field,
        source_value=collected.source_value,
        controller=controller,
        personal={key: value for key, value in personal.items() if value},
    )


def _barred(stops: Sequence[Exclusion], purpose_key: str, promotional: bool) -> bool:
    return any(bars(stop.scope, purpose_key, promotional=promotional) for stop in stops)
