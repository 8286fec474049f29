"""`{ env = "NAME" }` and `{ file = "path" }`: how plugins.toml points at a secret."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.settings import SecretText
from hub.values.words import Words

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_LONGEST = 64 * 1024


def is_reference(value: Any) -> bool:
    """Say whether a value of the file is a table that may only be a reference."""
    return isinstance(value, Mapping)


def resolve(
    value: Mapping[str, Any], folder: Path, environ: Mapping[str, str]
) -> SecretText | Words:
    """Give what a reference points at, or the sentence that says why it cannot be had.

    A relative file is looked for beside plugins.toml, in `folder`. Line ends at the end of a file
    are no part of the secret.
    """
    if set(value) == {"env"} and isinstance(value["env"], str):
        return _from_environment(value["env"], environ)
    if set(value) == {"file"} and isinstance(value["file"], str):
        return _from_file(value["file"], folder)
    return Words(
        '{ env = "変数名" } または { file = "パス" } と書いてください',
        'write { env = "NAME" } or { file = "path" }',
    )


def _from_environment(name: str, environ: Mapping[str, str]) -> SecretText | Words:
    text = environ.get(name)
    if text and text.strip():
        return SecretText(text)
    if not _VARIABLE.fullmatch(name):
        # It may be the secret itself, written where its variable's name belongs.
        return Words(
            "envには大文字の環境変数名を書き、その変数を設定してください",
            "env is not the name of a variable that is set; write a name in capitals and set it",
        )
    if text is None:
        return Words(
            f"環境変数{name}が設定されていません。設定してからハブを再起動してください",
            f"the variable {name} is not set. Set it and restart the hub",
        )
    return Words(
        f"環境変数{name}が空です。値を設定してからハブを再起動してください",
        f"the variable {name} is empty. Set it and restart the hub",
    )


def _from_file(name: str, folder: Path) -> SecretText | Words:
    if "\n" in name or len(name) > 255 or not name.strip():
        return Words("fileにはパスを書いてください", "write a path after file")
    try:
        with (folder / name).open("rb") as file:
            content = file.read(_LONGEST + 1)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except (OSError, ValueError):
        return Words(
            f"ファイル{name}を読めません。パスと読み取り権限を確認してください",
            f"the file {name} cannot be read. Check its path and its permissions",
        )
    if not text.strip() or len(content) > _LONGEST:
        return Words(
            f"ファイル{name}が空か、大きすぎます。秘密の値だけを入れてください",
            f"the file {name} is empty or too long. Put the secret alone into it",
        )
    return SecretText(text)
