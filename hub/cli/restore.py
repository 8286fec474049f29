"""`hub restore FILE`: put a backup back, with every opt-out since; or apply the journal alone."""

import os
from pathlib import Path
from typing import Any

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, note, print_json, say, tell, usage
from hub.cli.progress import Bar
from hub.config import Config, read_config
from hub.factory import build, system_clock
from hub.messages import restore as putting_back
from hub.messages.restore import Restored
from hub.optout.journal import Journal, path_of
from hub.optout.journal_apply import Applied
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.provisioning import read
from hub.processes import hold
from hub.store.backup_file import head_of
from hub.store.cipher import Cipher, Keys
from hub.store.database import Database
from hub.store.identity import find_ring
from hub.store.keys import KeyRing
from hub.store.upgrade import upgrade

_LOST = "--without-journal"


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--journal",
    "journals",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An opt-out journal to apply, instead of this deployment's own; repeatable.",
)
@click.option(_LOST, "lost", is_flag=True, help="The journal is lost for good: restore without it.")
@click.option("--journal-only", is_flag=True, help="Apply the journal to the store as it is.")
@click.option("--replace", metavar="NAME", help="Throw away what this store holds; its name.")
@json_option
def command(
    file: Path | None,
    journals: tuple[Path, ...],
    lost: bool,
    journal_only: bool,
    replace: str | None,
    as_json: bool,
) -> None:
    """Put the backup in FILE back, and apply the opt-out journal: nobody who opted out is texted.

    End the hub first, on every host. Messages that waited when the backup was made are parked as
    unknown and not sent by themselves. --journal-only is for a store that was put back by other
    means, such as a copy of the database.

    Exit codes: 0 restored, 1 not, and why (the store is as it was), 2 wrong usage, 3 a hub runs.
    """
    if (file is None) != journal_only or (lost and (journals or journal_only)):
        raise usage(
            "FILE か --journal-only のどちらかを指定してください(--without-journal はFILEとだけ)。",
            "Give FILE or --journal-only; --without-journal goes with FILE alone.",
        )
    config = read_config(os.environ)
    with hold(config.data_dir):
        if file is None:
            _apply(journals, as_json=as_json)
        else:
            _restore(config, file, journals, lost=lost, replace=replace, as_json=as_json)


def _restore(
    config: Config,
    path: Path,
    named: tuple[Path, ...],
    *,
    lost: bool,
    replace: str | None,
    as_json: bool,
) -> None:
    if not path.is_file():
        raise failed(f"{path} がありません。", f"{path} is not there. Check its name.")
    registry = load(read(config.plugins_file, os.environ).load, Guard())
    ring = find_ring(config)
    putting_back.check(path, ring)
    cipher = Cipher(_keys(path, ring))
    own = Journal(path_of(config), cipher)
    paths = [] if lost else putting_back.journals_of(config, named, own)
    database = Database(config.database_url)
    _check_name(database, replace)
    upgrade(database)
    database.witness = own
    with Bar(say("復元中", "Restoring"), quiet=as_json):
        done = putting_back.restore(
            database,
            cipher,
            config,
            registry,
            path,
            paths,
            replace=replace is not None,
            actor=audit.ACTOR,
            clock=system_clock,
        )
    own.catch_up(database)
    database.close()
    if as_json:
        print_json(
            {
                "made_at": done.made_at,
                "rows": dict(done.rows),
                "parked": dict(done.parked),
                "events_closed": done.events,
                "journal": vars(done.journal),
            }
        )
    else:
        _tell(done, lost=lost)


def _keys(path: Path, ring: KeyRing | None) -> Keys:
    """Give the keys that the store of this backup used; `check` has seen that they are there."""
    names = [name.split(":") for name in head_of(path).keys]
    newest = {kind: max(int(n) for k, n in names if k == kind) for kind, _ in names}
    return Keys(ring=ring or KeyRing(data={}, index={}), data=newest["data"], index=newest["index"])


def _check_name(database: Database, replace: str | None) -> None:
    name = Path(database.url.database or "").name
    if replace is not None and replace != name:
        raise usage(
            f"--replace: このデータベースの名前 {name} を書いてください。",
            f"--replace: write the name of this store, {name}.",
        )


def _apply(named: tuple[Path, ...], *, as_json: bool) -> None:
    hub = build()
    own = Journal(path_of(hub.config), hub.cipher)
    paths = putting_back.journals_of(hub.config, named, own)
    applied = putting_back.apply_journal(
        hub.database, hub.cipher, hub.registry, paths, actor=audit.ACTOR, now=hub.clock()
    )
    if as_json:
        print_json({"journal": vars(applied)})
    else:
        _tell_journal(applied)


def _tell(done: Restored, *, lost: bool) -> None:
    made_at: Any = done.made_at.isoformat(timespec="seconds")
    rows, parked = sum(done.rows.values()), sum(done.parked.values())
    tell(
        f"{made_at} のバックアップを復元しました({rows:,}行)。許諾の記録と操作履歴は完全です。",
        f"The backup of {made_at} is back: {rows:,} rows; ledger and audit trail are whole.",
    )
    if lost:
        note(
            "配信停止の控えは適用していません。バックアップ以降に停止した人に送信される恐れがあります。"
            "接続先をすべて読み直す(hub sync)まで送信しないでください。",
            "No journal was applied: people who opted out since would be texted. Read every "
            "connection anew (hub sync) before anything is sent.",
        )
    else:
        _tell_journal(done.journal)
    if parked:
        tell(
            f"送信待ちだった{parked:,}通は結果不明として止めました。自動では送信しません。"
            "hub messages list --state unknown で確認し、"
            "必要なら hub messages retry で再送してください。",
            f"{parked:,} SMS that waited are parked as unknown and are not sent by themselves. See "
            "hub messages list --state unknown; hub messages retry lets one go.",
        )
    tell(
        "次回の同期で全接続先を最初から読み直します。バックアップ以降に消去した個人情報は"
        "もう一度消去してください(hub erase)。",
        "The next sync reads every connection from the beginning. Whoever was erased since the "
        "backup has to be erased again (hub erase).",
    )


def _tell_journal(applied: Applied) -> None:
    tell(
        f"配信停止の控え: {applied.lines:,}行を読み、停止{applied.stopped:,}件・"
        f"解除{applied.lifted:,}件を反映しました。",
        f"Opt-out journal: {applied.lines:,} lines read, {applied.stopped:,} opt-outs and "
        f"{applied.lifted:,} ends of opt-outs brought in.",
    )
    if applied.damaged or applied.gaps:
        note(
            f"控えに読めない行が{applied.damaged}件、途切れが{applied.gaps}か所あります。"
            "コピーがあれば --journal-only でそれも適用してください。",
            f"The journal has {applied.damaged} damaged lines and {applied.gaps} gaps. If there is "
            "a copy of it, apply that too with --journal-only.",
        )
