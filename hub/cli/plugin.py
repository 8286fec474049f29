"""`hub plugin`: list the plugins, check one, make a new one.

Exit codes: 0 done; 1 a problem was found and told; 2 wrong words on the command line.
"""

import json
import os
from pathlib import Path
from typing import Any

import click

from hub.cli import language
from hub.errors import ConfigError, HubError
from hub.plugins.guard import Guard
from hub.plugins.loader import Installed, installed, load
from hub.plugins.provisioning import read
from hub.plugins.registry import ADDED, ROLES, Broken, Plugin
from hub.scaffold.package import check_name, package, write
from hub.values.words import Words

_DEFAULT_FILE = "plugins.toml"
_ROW = "{:<18} {:<10} {:<12} {}"


@click.group(name="plugin")
def command() -> None:
    """List, check and make plugins."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def list_(as_json: bool) -> None:
    """List installed and trusted plugins: version, state, what they can do, why one is broken.

    Exit codes: 0 all is well, 1 plugins.toml or a trusted plugin is broken, 2 wrong usage.
    """
    trusted = read(_file(), os.environ).load
    registry = load(trusted, Guard())
    rows = [_loaded(plugin) for plugin in registry.plugins.values()]
    rows += [_broken(broken) for broken in registry.broken.values()]
    rows += [_not_loaded(each) for each in installed() if each.name not in trusted]
    rows.sort(key=lambda row: str(row["name"]))
    if as_json:
        _print_json(rows)
    else:
        _print_rows(rows)
    if registry.broken:
        raise click.exceptions.Exit(1)


@command.command("check")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def check(name: str, as_json: bool) -> None:
    """Load one installed plugin and say what it can do, or what is wrong and what to do.

    Exit codes: 0 it can be used, 1 problems were found, 2 wrong usage.
    """
    registry = load([name], Guard())
    broken = registry.broken.get(name)
    row = _broken(broken) if broken else _loaded(registry.plugins[name])
    if broken is None:
        row["settings"] = [
            {
                "key": field.key,
                "label": field.label.in_(language()),
                "kind": field.kind,
                "required": field.required,
            }
            for field in registry.plugins[name].form
        ]
        row["trusted"] = _is_trusted(name)
    if as_json:
        _print_json(row)
    elif broken is None:
        _print_plugin(row)
    else:
        for problem in row["problems"]:
            click.echo(problem)
    if broken is not None:
        raise click.exceptions.Exit(1)


@command.command("new")
@click.argument("name")
@click.option(
    "--roles",
    required=True,
    help=f"What it does, with commas between: {', '.join(ROLES)}.",
)
@click.option(
    "--dir",
    "parent",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where its folder is made; the present folder by default.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def new(name: str, roles: str, parent: Path, as_json: bool) -> None:
    """Write the package of a new plugin NAME: small, working, with a sandbox and tests.

    Exit codes: 0 written, 1 the folder is in the way or cannot be written, 2 wrong usage.
    """
    wanted = tuple(dict.fromkeys(role.strip() for role in roles.split(",") if role.strip()))
    unknown = [role for role in wanted if role not in ROLES]
    if unknown or not wanted:
        raise _usage(
            Words(
                ja=f"--rolesには次のものをコンマ区切りで書いてください: {', '.join(ROLES)}",
                en=f"--roles: write some of {', '.join(ROLES)}, with commas between.",
            )
        )
    try:
        check_name(name, [each.name for each in installed()])
    except ConfigError as exc:
        raise _usage(exc.words) from exc
    folder = parent / f"hub-{name.replace('_', '-')}"
    contents = package(name, wanted)
    write(folder, contents)
    if as_json:
        _print_json({"folder": str(folder), "files": list(contents)})
        return
    click.echo(
        Words(
            ja=f"{folder} に{len(contents)}個のファイルを作成しました。次に実行してください:",
            en=f"Wrote {len(contents)} files to {folder}. Next:",
        ).in_(language())
    )
    click.echo(f"  cd {folder}")
    click.echo("  pip install -e . --no-deps --no-build-isolation")
    click.echo("  pytest")
    click.echo(f"  hub plugin check {name}")


def _file() -> Path:
    return Path(os.environ.get("HUB_PLUGINS_FILE", "").strip() or _DEFAULT_FILE)


def _is_trusted(name: str) -> bool | None:
    try:
        return name in read(_file(), os.environ).load
    except HubError:
        # A plugin is checked before there is a deployment, too.
        return None


def _loaded(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "distribution": plugin.distribution,
        "state": "loaded",
        "roles": [role for role in (*ROLES, *ADDED) if role in plugin.roles],
        "can_check": plugin.can_check,
        "can_prepare": plugin.can_prepare,
        "problems": [],
    }


def _broken(broken: Broken) -> dict[str, Any]:
    return {
        "name": broken.name,
        "version": broken.version,
        "distribution": broken.distribution,
        "state": "broken",
        "roles": [],
        "problems": [problem.in_(language()) for problem in broken.problems],
    }


def _not_loaded(each: Installed) -> dict[str, Any]:
    return {
        "name": each.name,
        "version": each.version,
        "distribution": each.distribution,
        "state": "not loaded",
        "roles": [],
        "problems": [],
    }


def _print_rows(rows: list[dict[str, Any]]) -> None:
    click.echo(_ROW.format("NAME", "VERSION", "STATE", "ROLES"))
    for row in rows:
        roles = ", ".join(row["roles"]) or "-"
        click.echo(_ROW.format(row["name"], row["version"] or "-", row["state"], roles))
        for problem in row["problems"]:
            click.echo(f"  {problem}")


def _print_plugin(row: dict[str, Any]) -> None:
    click.echo(f"{row['name']} {row['version']} ({row['distribution']})")
    for role in row["roles"]:
        click.echo(f"  + {role}")
    if row["can_prepare"]:
        click.echo("  + preparation")
    if not row["can_check"]:
        click.echo("  - check_connection")
    for field in row["settings"]:
        click.echo(f"  {field['key']:<18} {field['kind']:<9} {field['label']}")
    if row["trusted"] is False:
        words = Words(
            ja=f"使うには、plugins.tomlの[plugins] loadに「{row['name']}」を追加してください。",
            en=f'To use it, add "{row["name"]}" to [plugins] load in plugins.toml.',
        )
        click.echo(words.in_(language()))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _usage(words: Words) -> click.exceptions.Exit:
    click.echo(words.in_(language()), err=True)
    return click.exceptions.Exit(2)
