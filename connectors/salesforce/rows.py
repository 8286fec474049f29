"""Writing the rows of many plans in as few calls as there can be."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .client import ROWS_A_WRITE, SalesforceClient, Written
from .consentcode import KEY
from .plan import Key, Plan, payload
from .refusals import GONE, LOCKED, Refusal

Identity = tuple[str | None, ...]


class Rows:
    """Writes rows through sObject Collections. `dates` are the mapped opt-out dates, by object."""

    def __init__(self, client: SalesforceClient, dates: Collection[tuple[str, str]]) -> None:
        self._client = client
        self._dates = frozenset(dates)

    def write(self, plans: Mapping[str, Plan]) -> dict[str, Refusal]:
        """Write all plans; give the refusal of each opt-out that was not written whole."""
        updates: dict[Key, dict[str, Any]] = {}
        for plan in plans.values():
            for key, fields in plan.updates.items():
                updates.setdefault(key, {}).update(fields)
        told = self._update(updates)
        # The date is a courtesy; where it cannot be written the refusal still must be.
        bare = {
            key: fields
            for key, refusal in told.items()
            if refusal.code not in GONE | LOCKED
            and (fields := self._without_date(key, updates[key])) != updates[key]
            and fields
        }
        again = self._update(bare)
        told = {key: refusal for key, refusal in told.items() if key not in bare or key in again}
        refusals: dict[str, Refusal] = {}
        for id_, plan in plans.items():
            mine = [told[key] for key in plan.updates if key in told]
            if mine:
                refusals[id_] = mine[0]
        refusals.update(self._create({id_: plan.new for id_, plan in plans.items() if plan.new}))
        return refusals

    def _update(self, updates: Mapping[Key, Mapping[str, Any]]) -> dict[Key, Refusal]:
        # One call takes ten changes of type, so rows of a type stand together.
        keys = sorted(updates)
        refusals: dict[Key, Refusal] = {}
        for start in range(0, len(keys), ROWS_A_WRITE):
            part = keys[start : start + ROWS_A_WRITE]
            rows = [payload(key, updates[key]) for key in part]
            for key, each in zip(part, self._client.write(rows), strict=True):
                if each.refusal is not None:
                    refusals[key] = each.refusal
        return refusals

    def _create(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Refusal]:
        # Two records of one person want the same row: it is made once, for both.
        wanted: dict[Identity, tuple[Mapping[str, Any], list[str]]] = {}
        for id_, each in rows.items():
            for row in each:
                wanted.setdefault(_identity(row), (row, []))[1].append(id_)
        distinct = list(wanted.values())
        refusals: dict[str, Refusal] = {}
        for start in range(0, len(distinct), ROWS_A_WRITE):
            part = distinct[start : start + ROWS_A_WRITE]
            told = self._make([row for row, _ in part])
            for (_, ids), written in zip(part, told, strict=True):
                if written.refusal is not None:
                    refusals.update(dict.fromkeys(ids, written.refusal))
        return refusals

    def _make(self, rows: Sequence[Mapping[str, Any]]) -> list[Written]:
        if not all(KEY in row for row in rows):
            return self._client.write(rows, new=True)
        told = self._put(rows)
        # Somebody else made the same row at the same moment; now it is there to be found.
        late = [at for at, each in enumerate(told) if _is_double(each)]
        if late:
            for at, each in zip(late, self._put([rows[at] for at in late]), strict=True):
                told[at] = each
        return told

    def _put(self, rows: Sequence[Mapping[str, Any]]) -> list[Written]:
        (object_,) = {str(row["attributes"]["type"]) for row in rows}
        return self._client.put(rows, object_=object_, key=KEY)

    def _without_date(self, key: Key, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if (key[0], name) not in self._dates}


def _identity(row: Mapping[str, Any]) -> Identity:
    names = ("PartyId", "ContactPointId", "DataUsePurposeId")
    return (row["attributes"]["type"], *(row.get(name) for name in names))


def _is_double(written: Written) -> bool:
    return written.refusal is not None and written.refusal.code == "DUPLICATE_VALUE"
