"""The queries of the connector, in Salesforce's query language.

Field and object names come from describe, never from a person's record; what is quoted is quoted
by simple-salesforce.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

IDS_A_QUERY = 250
"""An address may have 16,384 bytes; this many ids of 18 characters are safely below."""

PAGE = 2000
"""The most rows one answer holds."""


def count(object_: str) -> str:
    """Ask how many records there are."""
    return _select("COUNT()", object_)


def after(object_: str, fields: Sequence[str], last: str, *, where: str = "") -> str:
    """Ask for the next page in the order of ids; `where` narrows it."""
    rules = [rule for rule in (where, f"Id > {text(last)}" if last else "") if rule]
    condition = f" WHERE {' AND '.join(rules)}" if rules else ""
    return _select(", ".join(fields), object_) + f"{condition} ORDER BY Id LIMIT {PAGE}"


def first(object_: str, field: str) -> str:
    """Ask for one field of any one record: whether it can be read at all."""
    return _select(field, object_) + " LIMIT 1"


def everything(object_: str, fields: Sequence[str], *, where: str = "") -> str:
    """Ask for all records, for Bulk API 2.0: an order or a limit would keep it from chunking."""
    return _select(", ".join(fields), object_) + (f" WHERE {where}" if where else "")


def since(moment: datetime) -> str:
    """Give the rule for what changed since; comparisons ignore fractions of a second."""
    return f"SystemModstamp >= {moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def among(
    object_: str, fields: Sequence[str], key: str, values: Sequence[str], *, where: str = ""
) -> Iterator[str]:
    """Ask for the records whose key is one of these values, in as many queries as are needed."""
    for start in range(0, len(values), IDS_A_QUERY):
        listed = ", ".join(text(value) for value in values[start : start + IDS_A_QUERY])
        extra = f" AND {where}" if where else ""
        yield _select(", ".join(fields), object_) + f" WHERE {key} IN ({listed}){extra}"


def text(value: str) -> str:
    """Quote a text."""
    # Here, since the library brings its SOAP parts along: 18 MB for processes that never ask.
    from simple_salesforce.format import quote_soql_value

    return str(quote_soql_value(value))


def _select(what: str, object_: str) -> str:
    return f"SELECT {what} FROM {object_}"  # noqa: S608 - SOQL, and no value is in it
