"""Looking at what the user sees of the org, often enough that a renamed value is no refusal."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hub.sdk import Connection, FieldMapping

from . import consentcode
from .client import SalesforceClient
from .consentcode import INDIVIDUAL, KEY, POINT_CONSENT, TYPE_CONSENT, ConsentCode
from .fields import Fields, Shape, read_fields
from .refusals import Refusal, away, error_for

_PURPOSES = "SELECT Name FROM DataUsePurpose ORDER BY Name LIMIT 200"
_MEANS_NONE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND"})


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What describe says of one object the user sees."""

    fields: Fields
    updateable: bool
    createable: bool


class ShapeWatch:
    """Keeps the last look. `approve` raises ConfigError for a shape that fits no more.

    With a `mapping` only what it needs is looked at: without consent objects in it, theirs cost
    no calls.
    """

    def __init__(
        self,
        client: SalesforceClient,
        connection: Connection,
        approve: Callable[[Shape], None],
        mapping: FieldMapping | None = None,
    ) -> None:
        self._client = client
        self._connection = connection
        self._approve = approve
        codes = mapping.codes() if mapping else ()
        self._consents = mapping is None or any(consentcode.parse(code) for code in codes)
        self._individual = self._consents or any(
            code.startswith(f"{INDIVIDUAL}.") for code in codes
        )
        self._last: tuple[float, Shape] | None = None

    def look(self) -> Shape:
        """Ask Salesforce now. A shape that is as it was stays the same object."""
        taken = time.monotonic()
        shape = self._read()
        if self._last and self._last[1] == shape:
            shape = self._last[1]
        else:
            self._last = None
            self._approve(shape)
        self._last = taken, shape
        return shape

    def recent(self, seconds: float) -> Shape:
        """Give a look that is not older than this; ask only where there is none."""
        if self._last and time.monotonic() - self._last[0] <= seconds:
            return self._last[1]
        return self.look()

    def _read(self) -> Shape:
        asked: tuple[str, ...] = tuple(self._connection.settings["objects"])
        objects = self._seen(asked)
        linked = any("IndividualId" in seen.fields for seen in objects.values())
        individual = self._seen((INDIVIDUAL,)) if linked and self._individual else {}
        look = bool(individual) and self._consents
        consents = self._seen((TYPE_CONSENT, POINT_CONSENT)) if look else {}
        every = {**objects, **individual, **consents}
        return Shape(
            objects={name: seen.fields for name, seen in objects.items()},
            individual=individual[INDIVIDUAL].fields if individual else {},
            consent_codes=tuple(self._consent_codes(list(consents))) if consents else (),
            hidden=tuple(name for name in asked if name not in objects),
            locked=frozenset(
                name
                for name, seen in every.items()
                if not (seen.updateable and (seen.createable or name not in consents))
            ),
            keyed=frozenset(name for name, seen in consents.items() if _has_key(seen.fields)),
        )

    def _consent_codes(self, objects: Sequence[str]) -> Sequence[str]:
        rows = self._client.tried(_PURPOSES)
        if isinstance(rows, Refusal):
            if rows.code in _MEANS_NONE:
                return ()
            raise error_for(rows, self._connection)
        purposes = [str(row.get("Name", "")) for row in rows]
        return [
            str(ConsentCode(object=name, purpose=purpose))
            for name in objects
            for purpose in purposes
        ]

    def _seen(self, objects: Iterable[str]) -> dict[str, _Seen]:
        found = {}
        for name in objects:
            body = self._client.describe(name)
            if body is None:
                continue
            try:
                fields = read_fields(body)
            except ValueError:
                raise away(self._connection) from None
            found[name] = _Seen(
                fields=fields,
                updateable=body.get("updateable") is not False,
                createable=body.get("createable") is not False,
            )
        return found


def _has_key(fields: Fields) -> bool:
    key = fields.get(KEY)
    return key is not None and key.external_id and key.updateable
