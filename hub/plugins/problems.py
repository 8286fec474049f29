"""What is wrong with a setting, as a sentence that names the key and says what to write."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.values.problem import Problem
from hub.values.words import Words

# What marshmallow says by itself, in English only, and what an admin can act on.
_PLAIN = {
    "Missing data for required field.": Words("必須です。値を書いてください", "is missing"),
    "Field may not be null.": Words("値を書いてください", "is empty; write a value"),
    "Not a valid string.": Words(
        '文字列を二重引用符で囲んで書いてください(例: "東京")',
        'write a text in double quotes, as in "Tokyo"',
    ),
    "Not a valid integer.": Words("整数で書いてください", "write a whole number"),
    "Not a valid number.": Words("数字で書いてください", "write a number"),
    "Not a valid boolean.": Words("trueまたはfalseと書いてください", "write true or false"),
    "Not a valid list.": Words(
        '角括弧の一覧で書いてください(例: ["許諾する"])',
        'write a list in square brackets, as in ["yes"]',
    ),
    "Not a valid mapping type.": Words(
        '{ 名前 = "フィールド" } の形で書いてください', 'write { name = "field" }'
    ),
    "Not a valid URL.": Words(
        "https:// で始まるURLを書いてください", "write an address that begins with https://"
    ),
    "is for development only and must be a loopback address such as http://localhost:8010": Words(
        "開発専用です。http://localhost:8010 のような自機のアドレスだけが使えます",
        "is for development only; write an address of this machine such as http://localhost:8010",
    ),
    "Shorter than minimum length 1.": Words("値を書いてください", "is empty; write a value"),
}
_SECRET_REFERENCE = Words(
    '秘密の値そのものではなく { env = "変数名" } または { file = "パス" } と書いてください',
    'write { env = "NAME" } or { file = "path" }, never the secret itself',
)
_PLAIN[_SECRET_REFERENCE.en] = _SECRET_REFERENCE


def secret_in_the_open() -> Words:
    """Say how a secret is written in plugins.toml."""
    return _SECRET_REFERENCE


def problems_of(messages: Any, known: Iterable[str]) -> list[Problem]:
    """Word what marshmallow said of a form; `known` are the keys it could have had.

    A plugin's own validators say a text, or `[Words(…)]`; both are passed on as they are.
    """
    known = tuple(known)
    if not isinstance(messages, Mapping):
        messages = {"": messages}
    found = []
    for key, said in messages.items():
        name = "" if key == "_schema" else str(key)
        for tail, message in _leaves(said):
            path = ".".join(part for part in (name, tail) if part)
            found.append(Problem(key=path, words=_words(name, message, known)))
    return found


def unknown_key(key: str, known: Iterable[str]) -> Words:
    """Say that there is no such key, and which one was probably meant."""
    near = nearest(key, known)
    if near:
        return Words(
            f"この設定はありません。{near}の間違いではありませんか",
            f"there is no such setting; did you mean {near}?",
        )
    listed = ", ".join(sorted(known))
    return Words(
        f"この設定はありません。使えるのは {listed} です",
        f"there is no such setting; the ones there are: {listed}",
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that looks most like this one, or None where none does."""
    found = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def _leaves(said: Any) -> Iterator[tuple[str, str | Words]]:
    if isinstance(said, str | Words):
        yield "", said
    elif isinstance(said, Mapping):
        for key, inner in said.items():
            for tail, message in _leaves(inner):
                # marshmallow puts a mapping's own keys and values one level deeper.
                step = "" if key in ("key", "value", "_schema") else str(key)
                yield ".".join(part for part in (step, tail) if part), message
    elif isinstance(said, Iterable):
        for inner in said:
            yield from _leaves(inner)


def _words(key: str, message: str | Words, known: tuple[str, ...]) -> Words:
    if isinstance(message, Words):
        return message
    if message == "Unknown field.":
        return unknown_key(key, known)
    return _PLAIN.get(message, Words(ja=message, en=message.rstrip(".")))
