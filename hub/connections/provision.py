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
from hub.store.connections import ConnectionRow
from hub.store.database import Database, Tx
from hub.values.words import Words

_WELL = Words("", "")
_LONGEST_NAME = 40


def provision(
    database: Database, cipher: Cipher, file: PluginsFile, registry: Registry, now: datetime
) -> Mapping[str, Provisioned]:
    """Make or change the rows of the file's connections; give what each may be used with.

    What is wrong with one is this process's own finding (a variable that is not set in this
    shell, say) and is not stored: it must not stop the processes that have it right.
    """
    good, bad = check_all(file, registry)
    problems = {name[:_LONGEST_NAME]: words for name, words in bad}
    with database.write() as tx:
        queries.hold(tx)
        known = {row.name: row for row in queries.all_rows(tx)}
        for checked in good:
            row = known.get(checked.name)
            id_ = _put(tx, checked, now)
            settings = _written(checked)
            # A parked connection stays parked until somebody changed its settings: asking again
            # and again with a password that is refused gets an account locked.
            if row is not None and row.state == "parked" and _changed(cipher, row, settings):
                queries.set_state(tx, id_, "ok", _WELL, now)
            queries.set_settings_print(tx, id_, cipher.fingerprint(settings))
        for name in problems:
            plugin, label = file.named.get(name, ("unknown", name))
            row = known.get(name)
            if row is None or row.plugin == "unknown":
                queries.put(
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


def _changed(cipher: Cipher, row: ConnectionRow, settings: str) -> bool:
    return row.settings_print is None or not cipher.knows(row.settings_print, settings)


def _written(checked: CheckedConnection) -> str:
    settings = {
        key: value.reveal() if isinstance(value, SecretText) else value
        for key, value in checked.settings.items()
    }
    return json.dumps(settings, sort_keys=True, default=str)
