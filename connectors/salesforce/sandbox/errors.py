"""Salesforce's refusals, as its REST API words them."""

from collections.abc import Sequence
from typing import Any

STATUS = {
    "INVALID_SESSION_ID": 401,
    "INVALID_AUTH_HEADER": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_API_VERSION": 410,
    "PRECONDITION_FAILED": 412,
    "SERVER_UNAVAILABLE": 503,
}


class SalesforceError(Exception):
    """One refusal; HTTP status 400 where the code has no other.

    `fields` are the fields it is about, shown where a row is refused.
    """

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = list(fields)

    @property
    def status(self) -> int:
        """The HTTP status of a call refused with this."""
        return STATUS.get(self.code, 400)

    def body(self) -> list[dict[str, Any]]:
        """The body of a call that is refused: a list of one."""
        told: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return [told | {"fields": self.fields} if self.fields else told]

    def row(self) -> dict[str, Any]:
        """The refusal of one row among others."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields}

    def cell(self) -> str:
        """The refusal of one row in a file of Bulk API 2.0."""
        return f"{self.code}:{self.message}:{','.join(self.fields)} --"


def not_found(message: str = "The requested resource does not exist") -> SalesforceError:
    """The refusal of an address or a record that is not there."""
    return SalesforceError("NOT_FOUND", message)


def no_object(name: str) -> SalesforceError:
    """The refusal of a query on an object that the caller cannot see."""
    return SalesforceError(
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, "
        "be sure to append the '__c' after the entity name. Please reference your WSDL or the "
        "describe call for the appropriate names.",
    )


def converted() -> SalesforceError:
    """A lead that is a contact now: it cannot be changed, and nothing new can point to it."""
    return SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
