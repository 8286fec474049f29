"""Loading plugins: found by entry point, trusted by name, each one alone under the guard.

Only what plugins.toml names is imported, and what is wrong with one plugin is told and leaves the
others as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from hub.errors import ConfigError, HubError, PluginBug
from hub.plugins import spec
from hub.plugins.forms import FormField, form_of, unlabelled
from hub.plugins.guard import Guard
from hub.plugins.hooks import hooks_of
from hub.plugins.problems import nearest
from hub.plugins.registry import Broken, Hook, Plugin, Registry
from hub.settings import Settings
from hub.values.words import Words

OPEN = ("sdk", "testing")
"""The modules of the hub that are there for plugins; the second for their tests and sandboxes."""

LOAD_LIMIT = 30.0
"""Seconds that importing a plugin, or asking it for its settings class, may take."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A plugin that is installed here, whether it is loaded or not."""

    name: str
    distribution: str
    version: str


def installed() -> tuple[Installed, ...]:
    """List the installed plugins by name, without importing any of them."""
    found = [
        Installed(name=point.name, distribution=_distribution(point), version=_version(point))
        for point in entry_points(group=spec.ENTRY_POINTS)
    ]
    return tuple(sorted(found, key=lambda each: (each.name, each.distribution)))


def load(names: Iterable[str], guard: Guard) -> Registry:
    """Load the plugins with these names, one by one; a broken one is told and left out.

    Never raises for what a plugin does: see `Registry.broken`.
    """
    points: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=spec.ENTRY_POINTS):
        points.setdefault(point.name, []).append(point)
    plugins: dict[str, Plugin] = {}
    broken: dict[str, Broken] = {}
    for name in dict.fromkeys(names):
        try:
            point = _only(name, points)
        except ConfigError as exc:
            broken[name] = Broken(name=name, distribution=None, version=None, problems=(exc.words,))
            continue
        loaded = _load_one(point, guard)
        if isinstance(loaded, Plugin):
            plugins[name] = loaded
        else:
            broken[name] = Broken(
                name=name,
                distribution=_distribution(point),
                version=_version(point),
                problems=loaded,
            )
    return Registry(plugins=plugins, broken=broken)


def _only(name: str, points: Mapping[str, list[EntryPoint]]) -> EntryPoint:
    found = points.get(name, [])
    if not found:
        near = nearest(name, points)
        hint_en = f' (did you mean "{near}"?)' if near else ""
        hint_ja = f"(「{near}」の間違いではありませんか)" if near else ""
        raise ConfigError(
            "plugins.load",
            f'The plugin "{name}" is not installed{hint_en}. '
            "Install its package, or take it out of [plugins] load in plugins.toml.",
            f"プラグイン「{name}」はインストールされていません{hint_ja}。パッケージを"
            "インストールするか、plugins.tomlの[plugins] loadから外してください。",
        )
    if len(found) > 1:
        makers = ", ".join(sorted(_distribution(point) for point in found))
        raise ConfigError(
            "plugins.load",
            f'Several installed packages bring a plugin "{name}": {makers}. '
            "Uninstall all but one of them.",
            f"プラグイン「{name}」を含むパッケージが複数あります({makers})。"
            "1つだけ残して、ほかをアンインストールしてください。",
        )
    return found[0]


def _load_one(point: EntryPoint, guard: Guard) -> Plugin | tuple[Words, ...]:
    name = point.name
    limit = min(guard.limit, LOAD_LIMIT)
    try:
        module = guard.call(name, "import", _import, point, limit=limit)
        hooks, problems = guard.call(
            name, "looking at its hooks", hooks_of, name, module, limit=limit
        )
        if problems:
            return tuple(problems)
        settings, form = guard.call(
            name, "connection_settings", _settings, name, hooks, limit=limit
        )
    except HubError as exc:
        return (exc.words,)
    return Plugin(
        name=name,
        distribution=_distribution(point),
        version=_version(point),
        hooks=hooks,
        settings=settings,
        form=form,
        guard=guard,
    )


def _import(point: EntryPoint) -> object:
    name = point.name
    try:
        module: object = point.load()
    except ModuleNotFoundError as exc:
        missing = exc.name or point.module
        if missing.startswith("hub.") and missing.split(".")[1] not in OPEN:
            raise _inside(name, missing) from exc
        if missing == "hub" or missing.startswith("hub."):
            raise _newer_hub(name, f"the module {missing}") from exc
        raise _lacks(point, missing) from exc
    except ImportError as exc:
        if exc.name is not None and exc.name.startswith("hub."):
            if exc.name.split(".")[1] not in OPEN:
                raise _inside(name, exc.name) from exc
            raise _newer_hub(name, f"a name that {exc.name} does not have here") from exc
        raise
    return module


def _lacks(point: EntryPoint, missing: str) -> PluginBug:
    name = point.name
    en = "Install it, or reinstall the plugin's package."
    ja = "インストールするか、プラグインのパッケージを入れ直してください。"
    if name in _extras(point):
        # What only one plugin of a package needs is an extra with that plugin's name.
        command = f'pip install "{_distribution(point)}[{name}]"'
        en, ja = f"Run: {command}", f"次を実行してください: {command}"
    return PluginBug(
        f'The plugin "{name}" needs the module {missing}, which is not installed. {en}',
        f"プラグイン「{name}」に必要なモジュール{missing}がありません。{ja}",
    )


def _inside(name: str, module: str) -> PluginBug:
    return PluginBug(
        f'The plugin "{name}" imports {module}, which is the inside of another version of the '
        "hub. Its maker should import hub.sdk only.",
        f"プラグイン「{name}」が別の版のハブの内部({module})を使っています。"
        "hub.sdkだけを使うよう、プラグインの作成者に依頼してください。",
    )


def _newer_hub(name: str, what: str) -> PluginBug:
    return PluginBug(
        f'The plugin "{name}" needs a newer hub: it uses {what}. '
        f"Upgrade the hub or install an older {name}.",
        f"プラグイン「{name}」には新しい版のハブが必要です({what})。"
        f"ハブを更新するか、{name}の古い版を入れてください。",
    )


def _settings(name: str, hooks: Mapping[str, Hook]) -> tuple[type[Settings], tuple[FormField, ...]]:
    settings = hooks["connection_settings"]()
    if not (isinstance(settings, type) and issubclass(settings, Settings)):
        raise PluginBug(
            f'The hook "connection_settings" of the plugin "{name}" gives something that is no '
            "settings class. Give a class that inherits from hub.sdk.Settings.",
            f"プラグイン「{name}」のフック「connection_settings」が設定クラスを返していません。"
            "hub.sdk.Settingsを継承したクラスを返してください。",
        )
    wordless = ", ".join(unlabelled(settings))
    if wordless:
        raise PluginBug(
            f'The settings of the plugin "{name}" lack words for {wordless}. '
            'Give each field metadata={"label": …, "help": …}.',
            f"プラグイン「{name}」の設定に説明のない項目があります({wordless})。"
            '各項目に metadata={"label": …, "help": …} を付けてください。',
        )
    return settings, form_of(settings)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "?"


def _extras(point: EntryPoint) -> list[str]:
    found = point.dist.metadata.get_all("Provides-Extra") if point.dist is not None else None
    return [str(extra) for extra in found or ()]


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist is not None else "?"
