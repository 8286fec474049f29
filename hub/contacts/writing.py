"""The rows of a page: which stay as they are, what others become, which numbers are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from hub.contacts.case import Case
from hub.contacts.phone import Phone
from hub.contacts.setting import Setting
from hub.contacts.verdict import KEEPING, Judgement, Verdict
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.links import ContactState, LinkWrite


@dataclass(frozen=True, kw_only=True)
class Writing:
    """The rows a page changes, and the numbers to store.

    `numbers` are (encrypted number, site, contact). `losing` are contacts that a record no longer
    gives a ground to be kept.
    """

    links: Sequence[LinkWrite]
    numbers: Sequence[tuple[bytes, int | None, int]] = field(repr=False)
    losing: frozenset[int]


def is_as_it_was(setting: Setting, case: Case) -> bool:
    """Say whether nothing of a record has to be written but that it was read."""
    if case.row is None or case.news or setting.rewrite or setting.keep_values:
        return False
    return case.contact.version is not None and case.contact.version == case.row.version


def writing_of(
    cipher: Cipher,
    setting: Setting,
    judged: Sequence[tuple[Case, Judgement]],
    states: Mapping[int, ContactState],
    made: Mapping[int, bytes],
) -> Writing:
    """Give the rows of a page, sealed.

    `states` names the contacts that were there before, `made` the lookups of those made for it.
    """
    rows: list[LinkWrite] = []
    numbers: dict[int, tuple[bytes, int | None, int]] = {}
    losing: set[int] = set()
    for case, judgement in judged:
        state = states.get(case.contact_id) if case.contact_id is not None else None
        keeps = not (state and state.erased) and _keeps(setting, case, judgement)
        rows.append(_row(cipher, setting, case, judgement, keeps=keeps))
        if keeps and case.contact_id is not None and isinstance(case.phone, Phone):
            if state is None or not state.has_number:
                lookup = state.lookup if state else made[case.contact_id]
                sealed = cipher.encrypt(case.phone.e164, people.number_context(lookup))
                numbers[case.contact_id] = (sealed, rows[-1].site_id, case.contact_id)
            if case.before is not None:
                losing |= case.contacts() - {case.contact_id}
        elif case.news:
            losing |= case.contacts()
    held = {id_ for id_ in losing if id_ in states and states[id_].has_number}
    return Writing(links=rows, numbers=list(numbers.values()), losing=frozenset(held))


def _keeps(setting: Setting, case: Case, judgement: Judgement) -> bool:
    """Say whether name and attributes may be stored: on a ground, and never of erased records."""
    if judgement.verdict == Verdict.ERASED or not isinstance(case.phone, Phone):
        return False
    return setting.keep_values or judgement.verdict in KEEPING


def _row(
    cipher: Cipher, setting: Setting, case: Case, judgement: Judgement, *, keeps: bool
) -> LinkWrite:
    item, ref = case.contact, case.ref
    id_ = setting.connection.id
    name = attributes = None
    if keeps and item.name:
        name = cipher.encrypt(item.name, people.name_context(id_, ref))
    if keeps and item.attributes:
        text = orjson.dumps(dict(item.attributes)).decode()
        attributes = cipher.encrypt(text, people.attributes_context(id_, ref))
    return LinkWrite(
        connection_id=setting.connection.id,
        ref=ref,
        contact_id=case.contact_id,
        verdict=str(judgement.verdict),
        standing=case.standing,
        agreed=_agreed(judgement) if judgement.agreed else "{}",
        refused=orjson.dumps(sorted(judgement.refused)).decode() if judgement.refused else "[]",
        out=judgement.out,
        name_enc=name,
        attributes_enc=attributes,
        version=item.version,
        site_id=setting.sites.get(item.site or "", setting.connection.site_id),
        modified_at=item.modified_at,
        number_changed_at=judgement.number_changed_at,
        read_at=setting.read_at,
        seen_round=setting.round_,
    )


def _agreed(judgement: Judgement) -> str:
    seen = {
        purpose: None if at is None else int(at.timestamp())
        for purpose, at in judgement.agreed.items()
    }
    return orjson.dumps(seen).decode()
