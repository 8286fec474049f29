"""A file that a command writes for somebody: new, theirs alone, never half there."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from hub.cli.output import failed


@contextmanager
def new_file(name: str) -> Iterator[TextIO]:
    """Give a file to write, mode 0600, UTF-8; `-` is stdout. Ends the command where it is there.

    It gets its name when the block ends well; otherwise nothing is left.
    """
    if name == "-":
        yield sys.stdout
        return
    path = Path(name)
    if path.exists():
        raise failed(
            f"{path} はすでにあります。別のファイル名を指定してください。",
            f"{path} is there already. Choose another name.",
        )
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    except OSError:
        raise failed(
            f"{path} に書き込めません。フォルダと権限を確認してください。",
            f"{path} cannot be written. Check its folder and permissions.",
        ) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
