"""What a query says, as a tree."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Path:
    """A field, over relationships or not: Account.Name. `at` is where it stands in the query."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        """The path as it is written."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class Count:
    """COUNT(): how many records fit; COUNT(path): how many have a value there."""

    path: Path | None


@dataclass(frozen=True)
class Group:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    which: str
    at: int


@dataclass(frozen=True)
class Literal:
    """A value. `kind` is string, number, date, datetime, or word (true, null, TODAY).

    `count` is the number of a word such as LAST_N_DAYS:7.
    """

    kind: str
    text: str
    at: int
    count: int | None = None


@dataclass(frozen=True)
class Compare:
    """One test of one field; `operator` is in upper case, NOT IN among them."""

    path: Path
    operator: str
    values: "tuple[Literal, ...] | Query"


@dataclass(frozen=True)
class Negated:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True)
class Every:
    """All parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple["Condition", ...]


Condition = Compare | Negated | Every | Some


@dataclass(frozen=True)
class Order:
    """One field to sort by."""

    path: Path
    ascending: bool
    nulls_first: bool


@dataclass(frozen=True, kw_only=True)
class Query:
    """A whole query; `limit` and `offset` are None where not given."""

    text: str
    fields: tuple[Path | Count | Group, ...]
    object: str
    condition: Condition | None = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None


def misplaced(text: str, at: int, reason: str) -> str:
    """A refusal's message that shows the place in the query, as Salesforce writes it."""
    before = text[:at]
    row = before.count("\n") + 1
    column = at - before.rfind("\n")
    shown = text[max(0, at - 40) : at + 40].replace("\n", " ")
    caret = " " * (min(at, 40)) + "^"
    return f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{reason}"


def like_pattern(text: str) -> re.Pattern[str]:
    """What a LIKE means; a backslash takes the meaning of % and _ away."""
    parts: list[str] = []
    signs = iter(text)
    for sign in signs:
        if sign == "\\":
            parts.append(re.escape(next(signs, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
