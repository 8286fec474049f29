"""Writing the rows of many plans in as few calls as there can be."""

from collections.abc import Mapping, Sequence
from typing import Any

from .client import ROWS_A_WRITE, SalesforceClient
from .consentcode import POINT_CONSENT, TYPE_CONSENT
from .plan import Key, Plan, payload
from .refusals import GONE, LOCKED, Refusal


class Rows:
    """Writes rows through sObject Collections. `date` is the mapped opt-out date, if any."""

    def __init__(self, client: SalesforceClient, date: str | None) -> None:
        self._client = client
        self._date = (date or "").rpartition(".")[2]

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
        flat = [(id_, row) for id_, each in rows.items() for row in each]
        refusals: dict[str, Refusal] = {}
        for start in range(0, len(flat), ROWS_A_WRITE):
            part = flat[start : start + ROWS_A_WRITE]
            told = self._client.write([row for _, row in part], new=True)
            for (id_, _), each in zip(part, told, strict=True):
                if each.refusal is not None:
                    refusals[id_] = each.refusal
        return refusals

    def _without_date(self, key: Key, fields: Mapping[str, Any]) -> dict[str, Any]:
        ours = key[0] not in (TYPE_CONSENT, POINT_CONSENT)
        return {name: value for name, value in fields.items() if not (ours and name == self._date)}
