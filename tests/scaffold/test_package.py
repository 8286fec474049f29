"""A new plugin is whole and green at once, tried as its author would: installed, elsewhere."""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from itertools import combinations
from pathlib import Path

import pytest

from hub.plugins.registry import ROLES
from hub.scaffold.package import package, write

ALL = [chosen for size in range(1, 6) for chosen in combinations(ROLES, size)]
ROOT = Path(__file__).parents[2]
HEADINGS = [
    "What it does",
    "Before you start",
    "Settings",
    "What it reads and writes",
    "Known limits",
    "When it fails",
    "How to remove it",
]


def run(folder: Path, *command: str, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def foreign_python(folder: Path) -> str:
    """A fresh interpreter that sees the hub and its libraries, into which a plugin can go."""
    venv.create(folder, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    here = sysconfig.get_paths()["purelib"]
    line = f"import site; site.addsitedir({here!r})\n"
    (folder / "lib" / version / "site-packages" / "hub.pth").write_text(line)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize("roles", [ROLES, ("message_gateway",)], ids=["all roles", "a gateway"])
def test_a_new_package_is_installed_and_green_in_a_foreign_directory(
    tmp_path: Path, roles: tuple[str, ...]
) -> None:
    python = foreign_python(tmp_path / "venv")
    folder = tmp_path / "hub-acme"
    write(folder, package("acme", roles))

    run(folder, python, "-m", "pip", "install", "-e", ".", "--no-deps", "--no-build-isolation")
    tested = run(folder, python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    checked = run(
        tmp_path,
        python,
        "-c",
        "from hub.cli import main; main()",
        "plugin",
        "check",
        "acme",
        "--json",
    )

    assert " passed" in tested
    assert "failed" not in tested
    assert json.loads(checked)["roles"] == list(roles)


def test_a_new_package_keeps_the_rules_of_this_repository(tmp_path: Path) -> None:
    for number, roles in enumerate(ALL):
        write(tmp_path / f"plugin{number}", package(f"acme{number}", roles))

    ruff = (sys.executable, "-m", "ruff")
    config = ("--config", str(ROOT / "pyproject.toml"))
    # A sandbox's token is made up; hooks and tests need no docstring of their own.
    run(tmp_path, *ruff, "check", *config, "--ignore", "S105,D1,I001", ".")
    run(tmp_path, *ruff, "format", *config, "--check", ".")


def test_a_new_package_is_typed(tmp_path: Path) -> None:
    folder = tmp_path / "hub-acme"
    write(folder, package("acme", ROLES))

    run(
        folder,
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(tmp_path / "cache"),
        "hub_acme",
        MYPYPATH=str(ROOT),
    )


@pytest.mark.parametrize("roles", ALL, ids=",".join)
def test_a_package_has_a_module_for_each_role_and_no_other(roles: tuple[str, ...]) -> None:
    contents = package("acme", roles)
    module = {
        "contact_source": "contacts",
        "event_trigger": "triggers",
        "opt_out_sink": "opt_outs",
        "activity_sink": "notes",
        "message_gateway": "gateway",
    }

    for role in ROLES:
        assert (f"hub_acme/{module[role]}.py" in contents) is (role in roles)
        assert (f"def {role}(connection" in contents["hub_acme/__init__.py"]) is (role in roles)


def test_the_package_has_both_entry_points_and_the_usual_readme() -> None:
    contents = package("acme_sms", ROLES)
    project = tomllib.loads(contents["pyproject.toml"])["project"]

    assert project["name"] == "hub-acme-sms"
    assert project["entry-points"]["hub.plugins.v1"] == {"acme_sms": "hub_acme_sms"}
    assert project["entry-points"]["hub.sandboxes.v1"] == {
        "acme_sms": "hub_acme_sms.sandbox:AcmeSmsSandbox"
    }
    headings = [line[3:] for line in contents["README.md"].splitlines() if line.startswith("## ")]
    assert headings == HEADINGS
    assert "$" not in "".join(contents.values())
