"""Manuals that cannot lie about files, links, commands and targets."""

import re
import subprocess
import sys
from pathlib import Path

from .tree import MANUALS, ROOT, name, text_of


def without_code(manual: str) -> str:
    return re.sub(r"```.*?```", "", manual, flags=re.S)


def anchors(manual: Path) -> set[str]:
    """The anchors a reader's browser makes of a manual's headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(text_of(manual)), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def test_every_link_of_the_manuals_leads_somewhere():
    broken = []
    for manual in MANUALS:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(manual))):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (manual.parent / path) if path else manual
            if not file.exists() or (anchor and anchor not in anchors(file)):
                broken.append(f"{name(manual)}: {target}")
    assert broken == []


def test_every_file_the_manuals_name_exists():
    path = re.compile(r"`((?:hub|connectors|tests|docs|bench|\.ci)/[\w./-]*[\w/])`")
    missing = [
        f"{name(manual)}: {found}"
        for manual in MANUALS
        if manual.name != "CHANGELOG.md"
        for found in path.findall(without_code(text_of(manual)))
        if not (ROOT / found).exists()
    ]
    assert missing == []


def test_the_readme_lists_every_command_of_hub():
    told = subprocess.run(
        [str(Path(sys.executable).with_name("hub")), "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    offered = set(re.findall(r"^  ([a-z-]+)(?:  |$)", told.stdout.partition("Commands:")[2], re.M))
    listed = set(re.findall(r"^\| `hub ([a-z-]+)", text_of(ROOT / "README.md"), re.M))
    assert offered
    assert listed == offered


def test_the_readme_names_targets_the_makefile_has():
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.M))
    commands = re.findall(r"(?:^|`|PYTHON=\S+ )make ([a-z ]+)", text_of(ROOT / "README.md"), re.M)
    named = {target for command in commands for target in command.split()}
    assert {"demo", "lint", "test"} <= named <= targets


def test_ci_runs_the_readmes_own_test_command():
    readme, ci = text_of(ROOT / "README.md"), text_of(ROOT / ".ci" / "run")
    for command in ("make lint test", "make demo ARGS=--once"):
        assert command in readme
        assert command in ci
