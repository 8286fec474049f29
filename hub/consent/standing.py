"""What is on record about a number for one purpose: all that the gate decides by."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.consent.entry import ALL, PROMOTIONAL
from hub.store import exclusions as exclusion_rows
from hub.store import purposes as purpose_rows
from hub.store import standings as queries
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.standings import EntryRow


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The entries for one number and purpose in the ledger's order, and its active exclusions.

    Withdrawals of a whole scope are among the entries, filed under `all` or `promotional`.
    `promotional` is the class of the purpose itself; a purpose nobody knows counts as that.
    `other_purposes` says that the number has entries, only for something else.
    """

    entries: tuple[EntryRow, ...] = ()
    exclusions: tuple[ExclusionRow, ...] = ()
    promotional: bool = True
    other_purposes: bool = False


def load(tx: Tx, contact_ids: Sequence[int], purpose_key: str) -> dict[int, Standing]:
    """Give the standing of each of these contacts, in a handful of statements for all of them.

    What it says holds as long as the contacts' locks are held (`hub.store.people.lock_contacts`).
    """
    keys = (purpose_key, ALL, PROMOTIONAL)
    purpose = purpose_rows.current(tx, [purpose_key]).get(purpose_key)
    promotional = purpose is None or purpose.message_class != "transactional"
    entries: dict[int, list[EntryRow]] = {}
    for row in queries.entries(tx, contact_ids, keys):
        entries.setdefault(row.contact_id, []).append(row)
    exclusions = exclusion_rows.active(tx, contact_ids)
    own = {id_ for id_, rows in entries.items() if any(r.purpose_key == purpose_key for r in rows)}
    bare = [id_ for id_ in contact_ids if id_ not in own]
    others = queries.with_other_grounds(tx, bare, keys) if bare else set()
    return {
        id_: Standing(
            entries=tuple(entries.get(id_, ())),
            exclusions=tuple(exclusions.get(id_, ())),
            promotional=promotional,
            other_purposes=id_ in others,
        )
        for id_ in contact_ids
    }
