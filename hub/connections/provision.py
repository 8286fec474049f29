"""Bringing the connections of plugins.toml into the store, at each start."""

import json
from collections.abc import Mapping
from datetime import datetime

from hub.connections.directory import Provisioned
from hub.plugins.provisioning import CheckedConnection, PluginsFile, check_all
from hub.plugins.registry import Registry
from hub.settings import SecretText
from hub.store import connections as queries
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.values.words import Words

_WELL = Words("", "")
_LONGEST_NAME = 40


def provision(
    database: Database, cipher: Cipher, file: PluginsFile, registry: Registry, now: datetime
) -> Mapping[str, Provisioned]:
    """Make or change the rows of the file's connections; give what each may be used with.

    A connection that is wrong is kept as `broken` with its sentence and keeps no other from
    working. One the file no longer names stays as `unnamed`: opt-outs for it wait for its return.
    """
    good, bad = check_all(file, registry)
    problems = {name[:_LONGEST_NAME]: words for name, words in bad}
    with database.write() as tx:
        known = {row.name: row for row in queries.all_rows(tx)}
        for checked in good:
            row = known.get(checked.name)
            id_ = _put(tx, checked, now)
            print_ = _print(cipher, checked)
            # A parked connection stays parked until somebody changed its settings: asking again
            # and again with a password that is refused gets an account locked.
            changed = row is not None and row.settings_print != print_
            mended = row is not None and row.state in ("broken", "unnamed")
            if row is None or mended or (row.state == "parked" and changed):
                queries.set_state(tx, id_, "ok", _WELL, now)
            queries.set_settings_print(tx, id_, print_)
        for name, words in problems.items():
            plugin, label = file.named.get(name, ("unknown", name))
            row = known.get(name)
            if row is None or row.plugin == "unknown":
                id_ = queries.put(
                    tx,
                    name=name,
                    plugin=plugin[:80],
                    label=label[:200],
                    site_id=None,
                    origin="provisioned",
                    mapping=None,
                    settings_enc=None,
                    now=now,
                )
            else:
                id_ = row.id
            queries.set_state(tx, id_, "broken", words, now)
        for row in known.values():
            gone = row.name not in problems and row.name not in {c.name for c in good}
            if gone and row.origin == "provisioned":
                queries.set_state(tx, row.id, "unnamed", _not_named(row.name), now)
    found = {c.name: Provisioned(checked=c, problem=None) for c in good}
    found |= {name: Provisioned(checked=None, problem=words) for name, words in problems.items()}
    return found


def _put(tx: Tx, checked: CheckedConnection, now: datetime) -> int:
    return queries.put(
        tx,
        name=checked.name,
        plugin=checked.plugin,
        label=checked.label,
        site_id=queries.site_for(tx, checked.site, now) if checked.site else None,
        origin="provisioned",
        mapping=checked.mapping,
        settings_enc=None,
        now=now,
    )


def _print(cipher: Cipher, checked: CheckedConnection) -> bytes:
    settings = {
        key: value.reveal() if isinstance(value, SecretText) else value
        for key, value in checked.settings.items()
    }
    return cipher.fingerprint(json.dumps(settings, sort_keys=True, default=str))


def _not_named(name: str) -> Words:
    return Words(
        ja=f"{name}: plugins.tomlにこの接続の記述がありません。"
        "記述を戻すか、接続を削除してください。",
        en=f"{name}: plugins.toml does not name this connection any more. "
        "Put it back, or remove the connection.",
    )
