"""kintone's query language, read into a tree.

    query      = [ condition ] [ "order by" field [asc|desc] {"," …} ] [ "limit" n ] [ "offset" n ]
    condition  = conjunct { "or" conjunct }          conjunct = term { "and" term }
    term       = "(" condition ")" | field operator operand | field "is" ["not"] "empty"
    operand    = value | "(" value { "," value } ")"
    value      = "text" | number | NAME "(" arguments ")"

Strings have double quotes only, the backslash escapes, and raw tabs or line breaks are errors.
Field codes can be neither quoted nor escaped. What a broken query answers is CB_VA01 on `query`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors.kintone.sandbox.errors import KintoneError, invalid

MOST_RECORDS = 500
FARTHEST_OFFSET = 10_000
DEFAULT_LIMIT = 100


@dataclass(frozen=True)
class Call:
    """A function such as FROM_TODAY(5, DAYS)."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    text: str


Value = str | Number | Call


@dataclass(frozen=True)
class Compare:
    """One test of one field. `operator` is in lower case with single spaces."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Every:
    """All parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple["Condition", ...]


Condition = Compare | Every | Some


@dataclass(frozen=True, kw_only=True)
class Query:
    """A whole query; `orders` are (field code, ascending) pairs, limits None where not given."""

    condition: Condition | None = None
    orders: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int | None = None


_TOKEN = re.compile(
    r"""(?P<space>[\s\u3000]+)
      | (?P<string>"(?:[^"\\\t\r\n]|\\.)*")
      | (?P<operator>!=|<=|>=|=|<|>)
      | (?P<mark>[(),])
      | (?P<word>[^\s\u3000"()=!<>,]+)""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?$")
_ESCAPES = {"\\": "\\", '"': '"', "t": "\t", "n": "\n", "r": "\r"}
_FUNCTION = re.compile(r"[A-Z][A-Z_]*$")


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Query:
    """Read a query. Raises KintoneError: CB_VA01, GAIA_QU01 or GAIA_QU02."""
    return _Parser(_tokens(text)).query()


def _broken() -> KintoneError:
    return invalid("query", ("The query is not right.", "クエリ記法が間違っています。"))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise _broken()
        if found.lastgroup == "string":
            tokens.append(_Token("string", _unescape(found.group()[1:-1])))
        elif found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup, found.group()))
        at = found.end()
    return tokens


def _unescape(body: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found.group(1) not in _ESCAPES:
            raise _broken()
        return _ESCAPES[found.group(1)]

    return re.sub(r"\\(.)", plain, body, flags=re.DOTALL)


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self) -> Query:
        condition = None
        if self._peek() and not self._at_tail():
            condition = self._condition()
        orders = self._orders()
        limit = offset = None
        while self._peek():
            if self._word("limit") and limit is None:
                limit = self._count(MOST_RECORDS, "GAIA_QU01")
            elif self._word("offset") and offset is None:
                offset = self._count(FARTHEST_OFFSET, "GAIA_QU02")
            else:
                raise _broken()
        return Query(condition=condition, orders=orders, limit=limit, offset=offset)

    def _condition(self) -> Condition:
        return self._joined("or", self._conjunct, Some)

    def _conjunct(self) -> Condition:
        return self._joined("and", self._term, Every)

    def _joined(
        self,
        word: str,
        part: Callable[[], Condition],
        group: Callable[[tuple[Condition, ...]], Condition],
    ) -> Condition:
        parts = [part()]
        while self._word(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else group(tuple(parts))

    def _term(self) -> Condition:
        if self._mark("("):
            condition = self._condition()
            self._need(self._mark(")"))
            return condition
        return self._comparison(self._take("word").text)

    def _comparison(self, field: str) -> Compare:
        if self._word("is"):
            negative = self._word("not")
            self._need(self._word("empty"))
            return Compare(field, "is not empty" if negative else "is empty", ())
        token = self._peek()
        if token and token.kind == "operator":
            self._at += 1
            return Compare(field, token.text, (self._value(),))
        negative = self._word("not")
        if self._word("like"):
            return Compare(field, "not like" if negative else "like", (self._value(),))
        self._need(self._word("in"))
        return Compare(field, "not in" if negative else "in", self._values())

    def _values(self) -> tuple[Value, ...]:
        self._need(self._mark("("))
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        self._need(self._mark(")"))
        return tuple(values)

    def _value(self) -> Value:
        token = self._peek()
        self._at += 1
        if token and token.kind == "string":
            return token.text
        if token and token.kind == "word" and _NUMBER.match(token.text):
            return Number(token.text)
        if token and token.kind == "word" and _FUNCTION.match(token.text):
            return Call(token.text, self._arguments())
        raise _broken()

    def _arguments(self) -> tuple[str, ...]:
        self._need(self._mark("("))
        arguments: list[str] = []
        while not self._mark(")"):
            if arguments:
                self._need(self._mark(","))
            arguments.append(self._take("word").text)
        return tuple(arguments)

    def _orders(self) -> tuple[tuple[str, bool], ...]:
        if not self._word("order"):
            return ()
        self._need(self._word("by"))
        orders = [self._order()]
        while self._mark(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> tuple[str, bool]:
        field = self._take("word").text
        if self._word("desc"):
            return field, False
        self._word("asc")
        return field, True

    def _count(self, most: int, code: str) -> int:
        text = self._take("word").text
        self._need(text.isascii() and text.isdigit())
        if int(text) > most:
            raise KintoneError(code)
        return int(text)

    def _at_tail(self) -> bool:
        first, second = self._peek(), self._peek(1)
        if not first or first.kind != "word":
            return False
        # A field may be called "limit": a tail has a number or "by" behind it, not an operator.
        follows = second.text.lower() if second and second.kind == "word" else ""
        match first.text.lower():
            case "order":
                return follows == "by"
            case "limit" | "offset":
                return follows.isdigit()
        return False

    def _peek(self, ahead: int = 0) -> _Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _take(self, kind: str) -> _Token:
        token = self._peek()
        if not token or token.kind != kind:
            raise _broken()
        self._at += 1
        return token

    def _word(self, word: str) -> bool:
        return self._skip("word", word)

    def _mark(self, mark: str) -> bool:
        return self._skip("mark", mark)

    def _skip(self, kind: str, text: str) -> bool:
        token = self._peek()
        if token and token.kind == kind and token.text.lower() == text:
            self._at += 1
            return True
        return False

    def _need(self, fits: bool) -> None:
        if not fits:
            raise _broken()
