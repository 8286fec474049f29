"""SOQL, read into a tree.

    query      = SELECT fields FROM object [WHERE condition] [ORDER BY order {"," order}]
                 [LIMIT n] [OFFSET n] [FOR VIEW | FOR REFERENCE]
    fields     = COUNT() | field {"," field}     field = path | COUNT(path) | FIELDS(ALL|…)
    condition  = term {AND term} | term {OR term}      term = [NOT] ("(" condition ")" | test)
    test       = path operator value | path [NOT] IN "(" (value {"," value} | query) ")"
                 | path (INCLUDES | EXCLUDES) "(" value {"," value} ")"
    order      = path [ASC|DESC] [NULLS FIRST|LAST]

AND and OR side by side need parentheses, as in Salesforce. GROUP BY, child queries, TYPEOF and
functions are not there; a query with one is refused as MALFORMED_QUERY.
"""

import re
from dataclasses import dataclass

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.tree import (
    Compare,
    Condition,
    Count,
    Every,
    Group,
    Literal,
    Negated,
    Order,
    Path,
    Query,
    Some,
    misplaced,
)

FARTHEST_OFFSET = 2_000

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>'(?:[^'\\\r\n]|\\.)*')
      | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d(?![\dT]))
      | (?P<number>[+-]?\d+(?:\.\d+)?(?![\w.]))
      | (?P<operator><=|>=|!=|<>|=|<|>)
      | (?P<mark>[(),])
      | (?P<word>[A-Za-z_][\w.]*(?::\d+)?)""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(.)")
_LIKE_MARKS = ("%", "_")
_KEYWORDS = frozenset({"SELECT", "FROM", "WHERE", "ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING"})


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Query:
    """Read a query. Raises SalesforceError MALFORMED_QUERY, or NUMBER_OUTSIDE_VALID_RANGE."""
    parser = _Parser(text)
    query = parser.query()
    parser.end()
    return query


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            message = misplaced(text, at, f"unexpected token: '{text[at]}'")
            raise SalesforceError("MALFORMED_QUERY", message)
        if found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup, found.group(), at))
        at = found.end()
    return tokens


def _unescape(found: re.Match[str]) -> str:
    sign = found.group(1)
    # A backslash before % and _ has to reach LIKE.
    return found.group() if sign in _LIKE_MARKS else _ESCAPES.get(sign, sign)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def query(self) -> Query:
        self._need("SELECT")
        fields = [self._field()]
        while self._mark(","):
            fields.append(self._field())
        self._need("FROM")
        name = self._plain_word()
        condition = self._condition() if self._word("WHERE") else None
        orders: list[Order] = []
        if self._word("ORDER"):
            self._need("BY")
            orders.append(self._order())
            while self._mark(","):
                orders.append(self._order())
        limit = self._count() if self._word("LIMIT") else None
        offset = self._count() if self._word("OFFSET") else None
        if offset is not None and offset > FARTHEST_OFFSET:
            message = f"Maximum SOQL offset allowed is {FARTHEST_OFFSET}"
            raise SalesforceError("NUMBER_OUTSIDE_VALID_RANGE", message)
        if self._word("FOR") and not (self._word("VIEW") or self._word("REFERENCE")):
            raise self._unexpected()
        return Query(
            text=self._text,
            fields=tuple(fields),
            object=name,
            condition=condition,
            orders=tuple(orders),
            limit=limit,
            offset=offset,
        )

    def end(self) -> None:
        if self._peek():
            raise self._unexpected()

    def _field(self) -> Path | Count | Group:
        token = self._peek()
        following = self._peek(1)
        if token and following and following.text == "(" and token.kind == "word":
            return self._call(token)
        return self._path()

    def _call(self, name: _Token) -> Count | Group:
        which = name.text.upper()
        if which not in ("COUNT", "FIELDS"):
            raise self._unexpected()
        self._at += 2
        if which == "FIELDS":
            word = self._plain_word().upper()
            if word not in ("ALL", "STANDARD", "CUSTOM"):
                self._at -= 1
                raise self._unexpected()
            self._close()
            return Group(word, name.at)
        path = None if self._peek_text() == ")" else self._path()
        self._close()
        return Count(path)

    def _condition(self) -> Condition:
        first = self._term()
        for word, make in (("AND", Every), ("OR", Some)):
            if self._peek_word() == word:
                parts = [first]
                while self._word(word):
                    parts.append(self._term())
                if self._peek_word() in ("AND", "OR"):
                    raise self._unexpected()
                return make(tuple(parts))
        return first

    def _term(self) -> Condition:
        if self._word("NOT"):
            return Negated(self._term())
        if self._mark("("):
            condition = self._condition()
            self._close()
            return condition
        return self._test()

    def _test(self) -> Compare:
        path = self._path()
        if self._word("NOT"):
            self._need("IN")
            return Compare(path, "NOT IN", self._list(queries=True))
        if self._word("IN"):
            return Compare(path, "IN", self._list(queries=True))
        for word in ("INCLUDES", "EXCLUDES"):
            if self._word(word):
                return Compare(path, word, self._list(queries=False))
        if self._word("LIKE"):
            return Compare(path, "LIKE", (self._value(),))
        token = self._peek()
        if token is None or token.kind != "operator":
            raise self._unexpected()
        self._at += 1
        return Compare(path, "!=" if token.text == "<>" else token.text, (self._value(),))

    def _list(self, queries: bool) -> "tuple[Literal, ...] | Query":
        if not self._mark("("):
            raise self._unexpected()
        if queries and self._peek_word() == "SELECT":
            query = self.query()
            self._close()
            return query
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        self._close()
        return tuple(values)

    def _value(self) -> Literal:
        token = self._peek()
        if token is None or token.kind in ("operator", "mark"):
            raise self._unexpected()
        self._at += 1
        if token.kind == "string":
            return Literal("string", _ESCAPE.sub(_unescape, token.text[1:-1]), token.at)
        if token.kind == "word":
            word, _, count = token.text.partition(":")
            return Literal("word", word.upper(), token.at, int(count) if count else None)
        return Literal(token.kind, token.text, token.at)

    def _order(self) -> Order:
        path = self._path()
        ascending = not self._word("DESC") if not self._word("ASC") else True
        nulls_first = True
        if self._word("NULLS"):
            nulls_first = self._word("FIRST")
            if not nulls_first:
                self._need("LAST")
        return Order(path, ascending, nulls_first)

    def _path(self) -> Path:
        token = self._peek()
        if token is None or token.kind != "word" or token.text.upper() in _KEYWORDS:
            raise self._unexpected()
        self._at += 1
        return Path(tuple(token.text.split(".")), token.at)

    def _plain_word(self) -> str:
        path = self._path()
        return path.text

    def _count(self) -> int:
        token = self._peek()
        if token is None or not token.text.isdigit():
            raise self._unexpected()
        self._at += 1
        return int(token.text)

    def _peek(self, ahead: int = 0) -> _Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _peek_text(self) -> str:
        token = self._peek()
        return token.text if token else ""

    def _peek_word(self) -> str:
        token = self._peek()
        return token.text.upper() if token and token.kind == "word" else ""

    def _word(self, word: str) -> bool:
        found = self._peek_word() == word
        self._at += found
        return found

    def _mark(self, mark: str) -> bool:
        token = self._peek()
        found = token is not None and token.kind == "mark" and token.text == mark
        self._at += found
        return found

    def _need(self, word: str) -> None:
        if not self._word(word):
            raise self._unexpected()

    def _close(self) -> None:
        if not self._mark(")"):
            raise self._unexpected()

    def _unexpected(self) -> SalesforceError:
        token = self._peek()
        if token is None:
            return SalesforceError("MALFORMED_QUERY", "unexpected token: '<EOF>'")
        message = misplaced(self._text, token.at, f"unexpected token: '{token.text}'")
        return SalesforceError("MALFORMED_QUERY", message)
