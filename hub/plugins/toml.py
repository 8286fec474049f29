"""Reading a TOML file written by hand: where it breaks, and what to write there."""

import re
import tomllib
from pathlib import Path
from typing import Any

from hub.errors import ConfigError
from hub.values.words import Words

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")

# What tomllib says, by its beginning, and what the writer can do about it.
_ADVICE = (
    (
        "Invalid value",
        '値が正しくありません。文字列は二重引用符で囲んでください(例: label = "顧客")',
        'this is no value; write texts in double quotes, as in label = "Customers"',
    ),
    (
        "Expected '=' after",
        '名前の後に = が必要です(例: label = "顧客")',
        'write = between the name and the value, as in label = "Customers"',
    ),
    (
        "Expected newline",
        "1行に書ける設定は1つです。改行してください",
        "write one setting a line",
    ),
    (
        "Cannot overwrite",
        "同じ設定が2回書かれています。片方を消してください",
        "the same setting stands here twice; delete one of them",
    ),
    (
        "Cannot declare",
        "同じ見出しが2回書かれています。1つにまとめてください",
        "the same heading stands here twice; put both into one",
    ),
    (
        "Cannot mutate",
        "同じ設定が2回書かれています。片方を消してください",
        "the same setting stands here twice; delete one of them",
    ),
    ("Unclosed array", "一覧を閉じる ] がありません", "close the list with ]"),
    (
        "Unclosed inline table",
        '閉じる } がありません。1行で書いてください(例: { env = "NAME" })',
        'close the braces on the same line, as in { env = "NAME" }',
    ),
    (
        "Expected ']'",
        "見出しを閉じる ] がありません(例: [connections.crm])",
        "close the heading with ], as in [connections.crm]",
    ),
    (
        "Invalid initial character",
        "名前は半角の英数字・_・-で書くか、二重引用符で囲んでください",
        "write names with letters, digits, _ and -, or put them in double quotes",
    ),
    (
        "Unescaped '\\'",
        "円記号(\\)を含む文字列は一重引用符で囲んでください",
        "put a text with a backslash in single quotes",
    ),
)
_QUOTES = Words(
    "引用符が閉じていません。文字列を1行の引用符で囲んでください",
    "close the quotation mark on the same line",
)


def read_toml(path: Path) -> dict[str, Any]:
    """Read the file. Raises ConfigError that names the line and says what to write there."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as exc:
        raise ConfigError(
            "HUB_PLUGINS_FILE",
            f"{path.name} is not there. Start the hub in the folder that has it, or name the file "
            "in HUB_PLUGINS_FILE.",
            f"{path.name}がありません。ファイルのあるフォルダで起動するか、"
            "HUB_PLUGINS_FILEでファイルを指定してください。",
        ) from exc
    except OSError as exc:
        raise ConfigError(
            "HUB_PLUGINS_FILE",
            f"{path.name} cannot be read. Check its permissions.",
            f"{path.name}を読めません。読み取り権限を確認してください。",
        ) from exc
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise ConfigError(
            path.name,
            f"{path.name}, line {line}: this is not UTF-8. Save the file as UTF-8.",
            f"{path.name}の{line}行目: UTF-8ではありません。UTF-8で保存してください。",
        ) from exc
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise _malformed(path.name, text, str(exc)) from None


def _malformed(file: str, text: str, said: str) -> ConfigError:
    place = _PLACE.search(said)
    line = int(place[1]) if place else max(1, len(text.splitlines()))
    words = _advice(said)
    return ConfigError(
        file,
        f"{file}, line {line}: {words.en}.",
        f"{file}の{line}行目: {words.ja}。",
    )


def _advice(said: str) -> Words:
    for beginning, ja, en in _ADVICE:
        if said.startswith(beginning):
            return Words(ja=ja, en=en)
    return _QUOTES
