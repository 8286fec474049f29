"""Writing a new plugin's package from the files beside this module."""

import keyword
import re
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from string import Template

from hub.errors import ConfigError
from hub.scaffold.parts import hooks_module, notice, readme_parts, sandbox_mapping
from hub.values.words import Words

_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")

_ALWAYS = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "{package}/settings.py": "settings.py.txt",
    "{package}/client.py": "client.py.txt",
    "{package}/sandbox/__init__.py": "sandbox_init.py.txt",
    "{package}/sandbox/api.py": "sandbox_api.py.txt",
    "{package}/sandbox/memory.py": "sandbox_memory.py.txt",
    "tests/test_contract.py": "test_contract.py.txt",
    "tests/test_settings.py": "test_settings.py.txt",
}
_BY_ROLE = {
    "contact_source": {"{package}/contacts.py": "contacts.py.txt"},
    "event_trigger": {
        "{package}/triggers.py": "triggers.py.txt",
        "{package}/signing.py": "signing.py.txt",
    },
    "opt_out_sink": {"{package}/opt_outs.py": "opt_outs.py.txt"},
    "activity_sink": {"{package}/notes.py": "notes.py.txt"},
    "message_gateway": {
        "{package}/gateway.py": "gateway.py.txt",
        "{package}/signing.py": "signing.py.txt",
    },
}


def check_name(name: str, taken: Iterable[str]) -> None:
    """Raise ConfigError(`name`) for a name that cannot be a plugin's, or is one already."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in ("hub", "connectors"):
        raise ConfigError(
            "name",
            "NAME is 2 to 30 small letters, digits and _, begins with a letter and is no word of "
            "Python's or the hub's. Choose another, such as acme_sms.",
            "NAMEは英小文字で始まる2〜30文字の英小文字・数字・_で、Pythonやハブの予約語は"
            "使えません。acme_smsのような名前にしてください。",
        )
    if name in set(taken) or f"hub_{name}" in sys.modules:
        raise ConfigError(
            "name",
            f'A plugin "{name}" is installed already. Choose another name.',
            f"プラグイン「{name}」はすでにあります。別の名前にしてください。",
        )


def package(name: str, roles: Iterable[str]) -> dict[str, str]:
    """Give the files of a new package, by their path in it. Pure; `roles` are hooks."""
    wanted = frozenset(roles)
    names = _ALWAYS | {
        path: file for role in sorted(wanted) for path, file in _BY_ROLE[role].items()
    }
    words = {
        "name": name,
        "NAME": name.upper(),
        "Class": "".join(part.capitalize() for part in name.split("_")),
        "package": f"hub_{name}",
        "distribution": f"hub-{name.replace('_', '-')}",
        "connection": name.replace("_", "-"),
    }
    words |= readme_parts(wanted, words["Class"], words["NAME"])
    words |= sandbox_mapping(wanted) | {"notice": notice(wanted)}
    folder = files("hub.scaffold") / "files"
    written = {
        path.format(**words): Template((folder / file).read_text("utf-8")).substitute(words)
        for path, file in names.items()
    }
    written[f"{words['package']}/__init__.py"] = hooks_module(wanted, words["Class"])
    written[f"{words['package']}/py.typed"] = ""
    return dict(sorted(written.items()))


def write(folder: Path, contents: dict[str, str]) -> None:
    """Write the files into a folder that must not have anything in it yet.

    Raises ConfigError(`dir`) where it has, or where it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _in_the_way(folder)
    try:
        for path, text in contents.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as exc:
        words = Words(
            ja=f"フォルダ{folder.name}に書き込めません。--dirで別の場所を指定してください。",
            en=f"The folder {folder.name} cannot be written. Name another place with --dir.",
        )
        raise ConfigError("dir", words.en, words.ja) from exc


def _in_the_way(folder: Path) -> ConfigError:
    return ConfigError(
        "dir",
        f"The folder {folder.name} is there already and not empty. "
        "Choose another name, or another place with --dir.",
        f"フォルダ{folder.name}はすでにあり、空ではありません。"
        "別の名前にするか、--dirで別の場所を指定してください。",
    )
