"""`hub site`: the places people work at."""

import re

import click

from hub.cli import audit
from hub.cli.output import json_option, print_json, say, table, tell, usage
from hub.factory import build
from hub.store import sites

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@click.group()
def command() -> None:
    """List and add sites (拠点): operators see and text the people of their sites alone."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List sites by their key.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    with build().database.read() as tx:
        rows = sites.every(tx)
    if as_json:
        print_json([{"key": row.key, "label": row.label} for row in rows])
        return
    if not rows:
        tell(
            "拠点はまだありません。hub site add で追加してください。",
            "There are no sites yet. Add one with hub site add.",
        )
        return
    table([say("キー", "KEY"), say("名前", "LABEL")], [[row.key, row.label] for row in rows])


@command.command()
@click.argument("key")
@click.option("--label", help="What people call it; the key where it is left out.")
@json_option
def add(key: str, label: str | None, as_json: bool) -> None:
    """Add the site KEY, or give a site another label.

    Exit codes: 0 added or changed, 2 wrong usage.
    """
    if not _KEY.fullmatch(key):
        raise usage(
            "KEYは半角の英小文字・数字・ハイフンで40文字以内にしてください。",
            "Write KEY in small letters, digits and dashes, 40 at most.",
        )
    hub = build()
    label = (label or "").strip()[:200] or key
    with hub.database.write() as tx:
        new = sites.put(tx, key, label, hub.clock())
        found = sites.by_key(tx, key)
        object_ = f"site:{found.id}" if found else "site"
        audit.note(hub, tx, "site.added" if new else "site.changed", object_)
    if as_json:
        print_json({"key": key, "label": label, "new": new})
        return
    if new:
        tell(f"拠点「{label}」を追加しました。", f"Added the site {label}.")
    else:
        tell(f"拠点「{label}」を変更しました。", f"Changed the site {label}.")
