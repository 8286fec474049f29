"""Putting a store back from a backup so that it texts nobody who opted out since.

All of it is one transaction: a restore that is killed leaves the store as it was. The opt-out
journal is applied in it, messages that waited are parked as unknown for a person to decide, events
nobody had acted upon are closed, and every connection is read from the beginning.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.access import trail
from hub.config import Config
from hub.consent import heads, ledger
from hub.errors import ConfigError, HubError
from hub.optout.journal import Journal
from hub.optout.journal_apply import BEFORE, Applied, apply
from hub.plugins.registry import Registry
from hub.store import backup, connections, restored
from hub.store.audit import add_audit
from hub.store.backup_file import BadBackup, head_of, no_backup
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.keys import KeyRing
from hub.store.upgrade import newest

PARKED = "restored"
"""The reason of messages that a restore parked, and the outcome of the events it closed."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did: rows by table, messages parked by state, events closed, the journal."""

    made_at: datetime
    rows: Mapping[str, int]
    parked: Mapping[str, int]
    events: int
    journal: Applied


class NotEmpty(HubError):
    """The store has rows, and nobody said that they may go."""


def check(path: Path, ring: KeyRing | None) -> datetime:
    """Say when a backup was made. Raises BadBackup, or ConfigError where it cannot be used here.

    Nothing is written: neither a store nor keys are made.
    """
    head = head_of(path)
    if head.schema != newest():
        raise BadBackup(
            f"{path} was made by another version of the hub (schema {head.schema}, not {newest()})."
            " Install that version, restore with it, then upgrade.",
            f"{path}は別の版のハブで作られています(スキーマ{head.schema})。"
            "その版を入れて復元してから、更新してください。",
        )
    prints = ring.fingerprints() if ring else {}
    wrong = sorted(name for name, print_ in head.keys.items() if prints.get(name) != print_)
    if wrong or ring is None:
        names = ", ".join(name.replace(":", " ") for name in wrong)
        raise ConfigError(
            "HUB_KEYS",
            f"The key ring is not the one of this backup: {names} missing or different. "
            "Put the right key file back, or set HUB_KEYS; nothing was written.",
            f"鍵がこのバックアップのものと一致しません({names})。"
            "正しい鍵ファイルを戻すか、HUB_KEYSを設定してください。何も書き込んでいません。",
        )
    return datetime.fromisoformat(head.made_at)


def restore(
    database: Database,
    cipher: Cipher,
    config: Config,
    registry: Registry,
    path: Path,
    journals: Sequence[Path],
    *,
    replace: bool,
    actor: str,
    clock: Callable[[], datetime],
) -> Restored:
    """Put the store back; the caller has called `check` and brought the schema up.

    Raises NotEmpty, BadBackup, OSError where a file cannot be read, StoreUnavailable; the store
    then is as it was before.
    """
    now = clock()
    head = head_of(path)
    made_at = datetime.fromisoformat(head.made_at)
    with database.write() as tx:
        if not replace and not backup.is_empty(tx):
            raise NotEmpty(
                "This store has rows already. Restore into an empty one, or give --replace with "
                "the store's name to throw away what is there.",
                "このデータベースには既にデータがあります。空のデータベースに復元するか、"
                "--replace にデータベース名を指定して置き換えてください。",
            )
        backup.clear(tx)
        rows = backup.load(tx, cipher, path)
        _verify(tx, path, head.heads)
        applied = apply(
            tx,
            cipher,
            journals,
            since=made_at - BEFORE,
            now=now,
            sink_connections=opt_out_sinks(tx, registry),
        )
        parked = restored.park(tx, PARKED, now)
        events = restored.close_events(tx, PARKED)
        restored.read_anew(tx)
        restored.remember(tx, now)
        add_audit(
            tx,
            at=now,
            actor=actor,
            action="store.restored",
            object_="store",
            address=None,
            detail={
                "made_at": head.made_at,
                "stopped": applied.stopped,
                "lifted": applied.lifted,
                "parked": sum(parked.values()),
            },
        )
    heads.begin_anew(database, config, why=f"restored from {head.made_at}", by=actor, now=now)
    return Restored(made_at=made_at, rows=rows, parked=parked, events=events, journal=applied)


def apply_journal(
    database: Database,
    cipher: Cipher,
    registry: Registry,
    journals: Sequence[Path],
    *,
    actor: str,
    now: datetime,
) -> Applied:
    """Bring what the journals have into the store as it is: after a copy was put back by hand."""
    with database.write() as tx:
        sinks = opt_out_sinks(tx, registry)
        applied = apply(tx, cipher, journals, since=None, now=now, sink_connections=sinks)
        add_audit(
            tx,
            at=now,
            actor=actor,
            action="journal.applied",
            object_="store",
            address=None,
            detail={"stopped": applied.stopped, "lifted": applied.lifted},
        )
    return applied


def opt_out_sinks(tx: Tx, registry: Registry) -> Collection[int]:
    """Give the connections that take opt-outs; one whose plugin is not loaded counts as such."""
    return frozenset(
        row.id
        for row in connections.all_rows(tx)
        if row.plugin not in registry.plugins
        or "opt_out_sink" in registry.plugins[row.plugin].roles
    )


def journals_of(config: Config, named: Sequence[Path], own: Journal) -> list[Path]:
    """Give the journals to apply: those named, else this deployment's own.

    Raises ConfigError where one is not there: without it people who opted out would be texted.
    """
    paths = list(named) or [own.path]
    for path in paths:
        if not path.is_file():
            raise ConfigError(
                "HUB_JOURNAL_FILE",
                f"The opt-out journal {path} is not there. Put it back or name it with --journal; "
                "only if it is lost for good, give --without-journal.",
                f"配信停止の控え{path}がありません。戻すか --journal で指定してください。"
                "完全に失われた場合に限り --without-journal を指定してください。",
            )
    return paths


def _verify(tx: Tx, path: Path, said: Mapping[str, str]) -> None:
    """See that both chains hold and end where the backup says."""
    found = ledger.verify(tx, None, _place(said, "ledger"))
    walked = trail.verify(tx, _place(said, "audit"))
    if not (found.whole and walked.whole):
        raise no_backup(path)


def _place(said: Mapping[str, str], chain: str) -> list[tuple[int, bytes]]:
    if chain not in said:
        return []
    seq, _, hash_ = said[chain].partition(":")
    return [(int(seq), bytes.fromhex(hash_))]
