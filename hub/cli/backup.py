"""`hub backup FILE`: the whole store in one file, while the hub runs."""

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, print_json, say, tell
from hub.cli.progress import Bar
from hub.factory import Hub, build
from hub.store import backup
from hub.store.backup_file import head_of, read


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", "verifying", is_flag=True, help="Read a backup and say if it is whole.")
@json_option
def command(file: Path, verifying: bool, as_json: bool) -> None:
    """Save the whole store in FILE, as it is at this moment, while the hub runs.

    The file is the same for SQLite and PostgreSQL. It holds numbers, names and texts encrypted,
    and no keys: keep the key file and the opt-out journal apart from it.

    Exit codes: 0 saved, or whole; 1 not, and why; 2 wrong usage.
    """
    hub = build()
    with Bar(say("読み取り中", "Reading"), quiet=as_json):
        rows = _verify(hub, file) if verifying else _save(hub, file)
    head = head_of(file)
    if as_json:
        print_json(
            {
                "file": str(file),
                "made_at": head.made_at,
                "schema": head.schema,
                "engine": head.engine,
                "heads": dict(head.heads),
                "rows": rows,
                "bytes": file.stat().st_size,
            }
        )
        return
    count, size = sum(rows.values()), file.stat().st_size
    if verifying:
        tell(f"{file}は完全です({count:,}行)。", f"{file} is whole: {count:,} rows.")
        return
    tell(
        f"{file}に保存しました({count:,}行、{size:,}バイト)。",
        f"Saved in {file}: {count:,} rows, {size:,} bytes.",
    )
    tell(
        "鍵ファイルと配信停止の控えは含まれません。別の場所に控えてください。",
        "Keys and the opt-out journal are not in it: keep a copy of both apart.",
    )


def _save(hub: Hub, path: Path) -> dict[str, int]:
    if path.exists():
        raise failed(
            f"{path} はすでにあります。別のファイル名を指定してください。",
            f"{path} is there already. Choose another name.",
        )
    part = path.with_name(f".{path.name}.part")
    try:
        with _opened(part) as file:
            rows = backup.save(hub.database, hub.cipher, file, hub.clock())
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as exc:
        raise failed(
            f"{path} に書き込めません({exc.strerror})。フォルダと空き容量を確認してください。",
            f"{path} cannot be written ({exc.strerror}). Check its folder and the room there.",
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    with hub.database.write() as tx:
        audit.note(hub, tx, "store.saved", "store", {"rows": sum(rows.values())})
    return rows


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")


def _verify(hub: Hub, path: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    name = ""
    try:
        for each in read(path, hub.cipher):
            if isinstance(each, list):
                rows[name] += 1
            else:
                name = each.name
                rows[name] = 0
    except OSError as exc:
        raise failed(
            f"{path} を開けません({exc.strerror})。", f"{path} cannot be opened ({exc.strerror})."
        ) from None
    return rows
