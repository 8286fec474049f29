"""plugins.toml: which plugins this deployment trusts, and the connections it brings along."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.errors import ConfigError, HubError, SettingsError
from hub.plugins.mapping import load_mapping
from hub.plugins.problems import secret_in_the_open, unknown_key
from hub.plugins.references import is_reference, resolve
from hub.plugins.registry import Plugin, Registry
from hub.plugins.toml import read_toml
from hub.settings import SecretText
from hub.values.connection import Connection
from hub.values.mapping import FieldMapping
from hub.values.problem import Problem
from hub.values.words import Words

_NAME = re.compile(r"[a-z0-9-]{1,40}")
_TABLES = ("plugins", "connections")
_COMMON = ("plugin", "label", "site", "mapping")
_READS_CONTACTS = frozenset({"contact_source", "event_trigger", "opt_out_sink", "activity_sink"})


@dataclass(frozen=True, kw_only=True)
class ProvisionedConnection:
    """A connection as the file has it: references resolved, settings not yet checked.

    What came through `{ env = … }` or `{ file = … }` is a SecretText in `settings`.
    """

    name: str
    plugin: str
    label: str
    site: str | None
    settings: Mapping[str, Any] = field(repr=False)
    mapping: Mapping[str, Any] | None
    origin: str


@dataclass(frozen=True, kw_only=True)
class PluginsFile:
    """What plugins.toml says. `problems` are the connections left out, each with its sentence.

    `named` has plugin and label of every connection, of those left out as far as they can be read.
    """

    load: tuple[str, ...]
    connections: Mapping[str, ProvisionedConnection]
    problems: tuple[tuple[str, Words], ...]
    named: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class CheckedConnection:
    """A provisioned connection whose settings its plugin accepted."""

    name: str
    plugin: str
    label: str
    site: str | None
    settings: Mapping[str, Any] = field(repr=False)
    mapping: FieldMapping | None
    origin: str

    def connection(self, callback_url: str | None = None) -> Connection:
        """Give what the plugin is told; `callback_url` is where its webhooks arrive."""
        return Connection(
            name=self.name,
            plugin=self.plugin,
            label=self.label,
            settings=self.settings,
            mapping=self.mapping,
            callback_url=callback_url,
        )


def read(path: Path, environ: Mapping[str, str]) -> PluginsFile:
    """Read the file and resolve its references from `environ` and from files beside it.

    Raises ConfigError where the file as a whole cannot be used: missing, no TOML (with the line
    and what to write), an unknown table or key. A bad connection is left out and told.
    """
    document = read_toml(path)
    _only_known(document, _TABLES, "")
    load = _load_list(document.get("plugins", {}))
    connections: dict[str, ProvisionedConnection] = {}
    problems: list[tuple[str, Words]] = []
    named: dict[str, tuple[str, str]] = {}
    for name, table in _tables(document.get("connections", {})).items():
        named[name] = (_said(table, "plugin", "unknown"), _said(table, "label", name))
        try:
            connections[name] = _provisioned(name, table, path, environ)
        except ConfigError as exc:
            problems.append((name, exc.words))
    return PluginsFile(load=load, connections=connections, problems=tuple(problems), named=named)


def check(provisioned: ProvisionedConnection, registry: Registry) -> CheckedConnection:
    """Check a connection's settings with its plugin's class, and its mapping.

    Raises SettingsError with every problem, ConfigError where the plugin is not loaded, PluginBug
    where a check of the plugin breaks.
    """
    where = f"connections.{provisioned.name}"
    try:
        plugin = registry.plugin(provisioned.plugin)
    except ConfigError as exc:
        raise SettingsError(where, [Problem(key="plugin", words=exc.words)]) from exc
    open_secrets, raw = _as_the_plugin_expects(provisioned.settings, plugin)
    problems = list(open_secrets)
    settings: Mapping[str, Any] = {}
    try:
        settings = plugin.load_settings(raw, where=where)
    except SettingsError as exc:
        hidden = {problem.key for problem in open_secrets}
        problems += [
            _with_common(found, plugin) for found in exc.problems if found.key not in hidden
        ]
    mapping = None
    try:
        mapping = _mapping(provisioned, plugin, settings)
    except SettingsError as exc:
        problems += [
            Problem(key=".".join(("mapping", found.key)).strip("."), words=found.words)
            for found in exc.problems
        ]
    if problems:
        raise SettingsError(where, problems)
    return CheckedConnection(
        name=provisioned.name,
        plugin=provisioned.plugin,
        label=provisioned.label,
        site=provisioned.site,
        settings=settings,
        mapping=mapping,
        origin=provisioned.origin,
    )


def check_all(
    file: PluginsFile, registry: Registry
) -> tuple[list[CheckedConnection], list[tuple[str, Words]]]:
    """Check every connection of the file; give the good ones, and the bad ones with a sentence."""
    good: list[CheckedConnection] = []
    bad = list(file.problems)
    for name, provisioned in file.connections.items():
        try:
            good.append(check(provisioned, registry))
        except HubError as exc:
            bad.append((name, exc.words))
    return good, bad


def _only_known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = [Problem(key=key, words=unknown_key(key, known)) for key in table if key not in known]
    if unknown:
        raise SettingsError(where, unknown)


def _load_list(table: Any) -> tuple[str, ...]:
    if not isinstance(table, Mapping):
        raise _one(
            "",
            "plugins",
            'これは表です。[plugins] の行の下に load = ["kintone"] のように書いてください',
            'is a table; write a line [plugins] and below it load = ["kintone"]',
        )
    _only_known(table, ("load",), "plugins")
    load = table.get("load", [])
    if not isinstance(load, list) or not all(isinstance(name, str) and name for name in load):
        raise _one(
            "plugins",
            "load",
            'プラグイン名の一覧を書いてください(例: ["kintone"])',
            'write a list of plugin names, as in ["kintone"]',
        )
    return tuple(dict.fromkeys(load))


def _tables(connections: Any) -> Mapping[str, Any]:
    if not isinstance(connections, Mapping):
        raise _one(
            "",
            "connections",
            "これは表です。[connections.名前] の行の下に設定を書いてください",
            "is a table; write a line [connections.NAME] and the settings below it",
        )
    return connections


def _said(table: Any, key: str, otherwise: str) -> str:
    value = table.get(key) if isinstance(table, Mapping) else None
    return value if isinstance(value, str) and value.strip() else otherwise


def _provisioned(
    name: str, table: Any, path: Path, environ: Mapping[str, str]
) -> ProvisionedConnection:
    where = f"connections.{name}"
    if not _NAME.fullmatch(name):
        raise _one(
            "connections",
            name,
            "接続名は半角の小文字・数字・ハイフンで40文字以内にしてください",
            "name the connection with small letters, digits and hyphens, at most 40",
        )
    if not isinstance(table, Mapping):
        raise _one(
            "connections",
            name,
            f"これは表です。[{where}] の行の下に設定を書いてください",
            f"is a table; write a line [{where}] and the settings below it",
        )
    problems = [
        Problem(key=key, words=_text_wanted())
        for key in ("plugin", "label", "site")
        if key in table and not (isinstance(table[key], str) and table[key].strip())
    ]
    if "plugin" not in table:
        problems.append(
            Problem(
                key="plugin",
                words=Words(
                    'プラグイン名を書いてください(例: plugin = "kintone")',
                    'write which plugin it uses, as in plugin = "kintone"',
                ),
            )
        )
    if "mapping" in table and not isinstance(table["mapping"], Mapping):
        problems.append(
            Problem(
                key="mapping",
                words=Words(
                    f"[{where}.mapping] の行の下に書いてください",
                    f"write a line [{where}.mapping] and the fields below it",
                ),
            )
        )
    settings: dict[str, Any] = {}
    for key, value in table.items():
        if key in _COMMON:
            continue
        found = resolve(value, path.parent, environ) if is_reference(value) else value
        if isinstance(found, Words):
            problems.append(Problem(key=key, words=found))
        else:
            settings[key] = found
    if problems:
        raise SettingsError(where, problems)
    return ProvisionedConnection(
        name=name,
        plugin=table["plugin"],
        label=table.get("label", name),
        site=table.get("site"),
        settings=settings,
        mapping=table.get("mapping"),
        origin=path.name,
    )


def _as_the_plugin_expects(
    settings: Mapping[str, Any], plugin: Plugin
) -> tuple[list[Problem], dict[str, Any]]:
    secret = {field.key for field in plugin.form if field.secret}
    problems = [
        Problem(key=key, words=secret_in_the_open())
        for key, value in settings.items()
        if key in secret and not isinstance(value, SecretText)
    ]
    # A reference may also give a setting that is no secret, such as a domain.
    raw = {
        key: value.reveal() if isinstance(value, SecretText) and key not in secret else value
        for key, value in settings.items()
    }
    return problems, raw


def _with_common(found: Problem, plugin: Plugin) -> Problem:
    keys = [field.key for field in plugin.form]
    if found.key in keys or "." in found.key or not found.key:
        return found
    return Problem(key=found.key, words=unknown_key(found.key, [*keys, *_COMMON]))


def _mapping(
    provisioned: ProvisionedConnection, plugin: Plugin, settings: Mapping[str, Any]
) -> FieldMapping | None:
    if provisioned.mapping is None:
        return None
    if not plugin.roles & _READS_CONTACTS:
        raise _one(
            "",
            "",
            f"プラグイン「{plugin.name}」は連絡先を扱いません。この表を削除してください",
            f'the plugin "{plugin.name}" has no contacts; delete this table',
        )
    return load_mapping(provisioned.mapping, objects=_objects(plugin, settings))


def _objects(plugin: Plugin, settings: Mapping[str, Any]) -> Sequence[str] | None:
    """Give the objects a mapping may have tables for: those of the setting `objects`.

    None where the setting is there and wrong, so that nobody knows.
    """
    if all(field.key != "objects" for field in plugin.form):
        return ()
    objects: Sequence[str] | None = settings.get("objects")
    return objects


def _text_wanted() -> Words:
    return Words(
        '文字列を二重引用符で囲んで書いてください(例: "東京")',
        'write a text in double quotes, as in "Tokyo"',
    )


def _one(where: str, key: str, ja: str, en: str) -> SettingsError:
    return SettingsError(where, [Problem(key=key, words=Words(ja=ja, en=en))])
