"""What is on record about a number for one purpose: all that the gate decides by."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from hub.consent.classes import SERVICE_CLASSES, advertises, collects_debts
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.purposes import covered
from hub.store import exclusions as exclusion_rows
from hub.store import numbers as number_rows
from hub.store import purposes as purpose_rows
from hub.store import standings as queries
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.numbers import EVER, NumberRow
from hub.store.standings import EntryRow

_UNKNOWN = NumberRow()
_FIRST = frozenset({1})


class Standing(NamedTuple):
    """The entries for one number and purpose in the ledger's order, and its active exclusions.

    A tuple, since a dry run makes one for everybody.

    Withdrawals of a whole scope are among the entries, filed under `all` or `promotional`.
    `promotional` and `debts` tell the class of the purpose itself; one nobody knows counts as
    promotional. `covers` are the versions of it whose consents count. `held` says that number or
    purpose are under a legal hold. `other_purposes` says that the number has entries, only for
    something else.
    """

    entries: tuple[EntryRow, ...] = ()
    exclusions: tuple[ExclusionRow, ...] = ()
    promotional: bool = True
    debts: bool = False
    covers: frozenset[int] = _FIRST
    held: bool = False
    number: NumberRow = _UNKNOWN
    other_purposes: bool = False


def load(
    tx: Tx,
    contact_ids: Sequence[int],
    purpose_key: str,
    *,
    marks_since: datetime | None = EVER,
) -> dict[int, Standing]:
    """Give the standing of each of these contacts, in a handful of statements for all of them.

    `marks_since` is from when on the promotional messages they got are wanted
    (`Policy.counts_from`), None where none are. What it says holds as long as the contacts' locks
    are held (`hub.store.people.lock_contacts`).
    """
    keys = (purpose_key, ALL, PROMOTIONAL)
    known = purpose_rows.versions(tx, [purpose_key]).get(purpose_key, [])
    purpose = known[-1] if known else None
    entries: dict[int, list[EntryRow]] = {}
    for row in queries.entries(tx, contact_ids, keys):
        entries.setdefault(row.contact_id, []).append(row)
    exclusions = exclusion_rows.active(tx, contact_ids)
    numbers = number_rows.facts(tx, contact_ids, SERVICE_CLASSES, marks_since)
    own = {id_ for id_, rows in entries.items() if any(r.purpose_key == purpose_key for r in rows)}
    bare = [id_ for id_ in contact_ids if id_ not in own]
    others = queries.with_other_grounds(tx, bare, keys) if bare else set()
    message_class = purpose.message_class if purpose else PROMOTIONAL
    promotional, debts = advertises(message_class), collects_debts(message_class)
    covers = covered(known)
    all_held = bool(purpose and purpose.held)
    return {
        id_: Standing(
            entries=tuple(entries.get(id_, ())),
            exclusions=tuple(exclusions.get(id_, ())),
            promotional=promotional,
            debts=debts,
            covers=covers,
            held=all_held or numbers.get(id_, _UNKNOWN).legal_hold,
            number=numbers.get(id_, _UNKNOWN),
            other_purposes=id_ in others,
        )
        for id_ in contact_ids
    }
