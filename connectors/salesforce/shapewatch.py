"""Looking at what the user sees of the org, often enough that a renamed value is no refusal."""

import time
from collections.abc import Callable, Sequence

from hub.sdk import ConfigError, Connection, FieldMapping

from . import consentcode
from .client import SalesforceClient
from .consentcode import INDIVIDUAL, POINT_CONSENT, TYPE_CONSENT, ConsentCode
from .fields import OrgField, Shape, read_fields
from .refusals import Refusal, away, error_for

_PURPOSES = "SELECT Name FROM DataUsePurpose ORDER BY Name LIMIT 200"
_MEANS_NONE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND"})


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
        objects = {name: self._fields(name) for name in self._connection.settings["objects"]}
        for name, fields in objects.items():
            if fields is None:
                raise _hidden(self._connection, name)
        linked = any("IndividualId" in (fields or {}) for fields in objects.values())
        individual = self._fields(INDIVIDUAL) if linked and self._individual else None
        return Shape(
            objects={name: fields for name, fields in objects.items() if fields is not None},
            individual=individual or {},
            consent_codes=tuple(self._consent_codes()) if individual and self._consents else (),
        )

    def _consent_codes(self) -> Sequence[str]:
        rows = self._client.tried(_PURPOSES)
        if isinstance(rows, Refusal):
            if rows.code in _MEANS_NONE:
                return ()
            raise error_for(rows, self._connection)
        purposes = [str(row.get("Name", "")) for row in rows]
        seen = [name for name in (TYPE_CONSENT, POINT_CONSENT) if self._fields(name)]
        return [
            str(ConsentCode(object=name, purpose=purpose)) for name in seen for purpose in purposes
        ]

    def _fields(self, object_: str) -> dict[str, OrgField] | None:
        body = self._client.describe(object_)
        if body is None:
            return None
        try:
            return read_fields(body)
        except ValueError:
            raise away(self._connection) from None


def _hidden(connection: Connection, object_: str) -> ConfigError:
    where = f"connections.{connection.name}.objects: "
    return ConfigError(
        "objects",
        where + f"the integration user does not see {object_}. Give it Read access to the object "
        "by a permission set, or take the object out.",
        where + f"連携用ユーザーから {object_} が見えません。権限セットで参照権限を付けるか、"
        "objectsから外してください。",
    )
