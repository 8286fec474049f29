"""What one call asks for: its version, parameters and body, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.org import Org

JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call of the REST API. `headers` are by name in lower case."""

    org: Org
    method: str
    version: str
    params: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def base(self) -> str:
        """Where objects are addressed in this version."""
        return f"/services/data/v{self.version}/sobjects"

    def need(self, *methods: str) -> None:
        """Pass a call with one of these methods. Raises SalesforceError METHOD_NOT_ALLOWED."""
        if self.method not in methods:
            message = f"HTTP Method '{self.method}' not allowed. Allowed are {','.join(methods)}"
            raise SalesforceError("METHOD_NOT_ALLOWED", message)

    def json(self) -> dict[str, Any]:
        """The body, an object. Raises SalesforceError JSON_PARSER_ERROR."""
        try:
            found = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as exc:
            message = "The JSON of the body cannot be read at [line:1, column:1]"
            raise SalesforceError("JSON_PARSER_ERROR", message) from exc
        if not isinstance(found, dict):
            message = "Cannot deserialize instance of SObject from VALUE at [line:1, column:1]"
            raise SalesforceError("JSON_PARSER_ERROR", message)
        return found

    def param(self, name: str) -> str:
        """A parameter of the address that must be there. Raises SalesforceError."""
        if name not in self.params:
            raise SalesforceError("MISSING_ARGUMENT", f"The request has no parameter {name}.")
        return self.params[name]


def answer(body: object, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(body), status, content_type=JSON)


def done() -> Response:
    """The answer to a call that worked and has nothing to say."""
    return Response(b"", 204)
