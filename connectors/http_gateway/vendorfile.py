"""Finds and reads a vendor file: one that comes with the hub by its name, any other by its path."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields

from hub.sdk import ConfigError, Connection, Words

from .schema import VendorFile
from .vendor import Vendor

BUILT_IN = ("karaden", "zettai_reach")
_LARGEST = 64 * 1024

_PLAIN = {
    "Missing data for required field.": Words("必須です。値を書いてください", "is missing"),
    "Field may not be null.": Words("値を書いてください", "is empty; write a value"),
    "Not a valid string.": Words(
        "文字列を二重引用符で囲んで書いてください", "write a text in double quotes"
    ),
    "Not a valid integer.": Words("整数で書いてください", "write a whole number"),
    "Not a valid number.": Words("数字で書いてください", "write a number"),
    "Not a valid boolean.": Words("trueまたはfalseと書いてください", "write true or false"),
    "Not a valid list.": Words("角括弧の一覧で書いてください", "write a list in square brackets"),
    "Not a valid mapping type.": Words("表で書いてください", "write a table"),
    "Invalid input type.": Words("表で書いてください", "write a table"),
}


def load(vendor: str) -> Vendor:
    """Give the vendor that is meant; ValidationError with each mistake by its place in the file.

    No sentence has anything of the file in it but the names of its tables and fields.
    """
    return _built_in(vendor) if vendor in BUILT_IN else read(_text(Path(vendor)))


def of(connection: Connection) -> Vendor:
    """Give the vendor of a connection; ConfigError where its file was broken since it was saved."""
    try:
        return load(connection.setting("vendor"))
    except ValidationError as exc:
        label = connection.label
        raise ConfigError(
            "vendor",
            f'The vendor file of "{label}" cannot be used any more. '
            f"Correct it, then save the settings of {label}, which name each mistake.",
            f"「{label}」の事業者ファイルを使えません。ファイルを直してから、"
            f"「{label}」の設定を保存してください。誤りの場所が表示されます。",
        ) from exc


def read(text: str) -> Vendor:
    """Read a vendor file's text; ValidationError as `load`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise _refusal(
            f"TOMLとして読めません({_line(exc)}行目付近)。その行の書き方を直してください",
            f"is no TOML (near line {_line(exc)}); correct what stands there",
        ) from exc
    try:
        vendor: Vendor = VendorFile().load(raw)
    except ValidationError as exc:
        raise ValidationError(_worded(exc.messages, VendorFile())) from exc
    return vendor


@cache
def _built_in(name: str) -> Vendor:
    place = files(__package__).joinpath("vendors", f"{name}.toml")
    return read(place.read_text(encoding="utf-8"))


def _text(path: Path) -> str:
    listed = ", ".join(BUILT_IN)
    # A relative path would mean another file to each process.
    if path.suffix != ".toml" or not path.is_absolute():
        raise _refusal(
            f"{listed} のいずれか、または事業者ファイル(.toml)の絶対パスを書いてください",
            f"write one of {listed}, or the absolute path of a vendor file that ends in .toml",
        )
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise _refusal(
                "64KBを超えています。事業者ファイルのパスか確認してください",
                "is larger than 64 KB; check that this is the path of a vendor file",
            )
        return content.decode()
    except OSError as exc:
        raise _refusal(
            "ファイルを読めません。パスと権限を、ワーカーの動くすべてのマシンで確認してください",
            "cannot be read; check path and permissions, on every machine that runs workers",
        ) from exc
    except UnicodeDecodeError as exc:
        raise _refusal("UTF-8で保存してください", "is not in UTF-8; save it so") from exc


def _line(exc: tomllib.TOMLDecodeError) -> str:
    said = str(exc)
    return said.rsplit("at line ", 1)[1].split(",")[0] if "at line " in said else "last"


def _refusal(ja: str, en: str) -> ValidationError:
    return ValidationError([Words(ja=ja, en=en)])


def _worded(said: Any, table: Schema | None) -> Any:
    """Put marshmallow's own sentences into ours, and say which names a table has."""
    if isinstance(said, Mapping):
        return {key: _worded(inner, table) for key, inner in _named(said, table)}
    if isinstance(said, list):
        return [_worded(each, table) for each in said]
    if isinstance(said, Words):
        return said
    return _PLAIN.get(str(said), Words(ja="値が範囲外です。直してください", en=_plain(str(said))))


def _named(said: Mapping[Any, Any], table: Schema | None) -> Iterator[tuple[str, Any]]:
    for key, inner in said.items():
        if inner == ["Unknown field."]:
            yield str(key), [_unknown(table)]
        else:
            yield str(key), _worded(inner, _inside(table, key) or table)


def _inside(table: Schema | None, key: Any) -> Schema | None:
    for name, field in (table.fields if table else {}).items():
        if key in (name, field.data_key):
            inner = field.inner if isinstance(field, fields.List) else field
            return inner.schema if isinstance(inner, fields.Nested) else None
    return None


def _unknown(table: Schema | None) -> Words:
    names = (field.data_key or name for name, field in (table.fields if table else {}).items())
    listed = ", ".join(sorted(names))
    return Words(
        ja=f"この項目はありません。使えるのは {listed} です",
        en=f"there is no such entry; the ones there are: {listed}",
    )


def _plain(said: str) -> str:
    return said[:1].lower() + said[1:].rstrip(".")
