"""Licence, locks and the list of what the hub is built on."""

import json
import re
import tomllib
from importlib.metadata import metadata

from .tree import FILES, ROOT, name, text_of


def project() -> dict:
    return tomllib.loads(text_of(ROOT / "pyproject.toml"))


def plain(requirement: str) -> str:
    """A requirement's name as indexes compare it (PEP 503)."""
    bare = re.match(r"[\w.-]+", requirement)
    assert bare, requirement
    return re.sub(r"[-_.]+", "-", bare[0]).lower()


def direct_dependencies() -> list[str]:
    settings = project()
    everything = settings["project"]["dependencies"] + settings["dependency-groups"]["dev"]
    for extra in settings["project"]["optional-dependencies"].values():
        everything = everything + extra
    return [plain(requirement) for requirement in everything]


def locked() -> dict[str, list[str]]:
    """Each locked package with its hashes."""
    packages: dict[str, list[str]] = {}
    current = ""
    for line in text_of(ROOT / "requirements.lock").splitlines():
        if re.match(r"[\w.-]+==", line):
            current = plain(line)
            packages[current] = []
        elif digest := re.match(r"\s+--hash=(sha256:[0-9a-f]{64})", line):
            packages[current].append(digest[1])
    return packages


def test_the_licence_is_there_in_full():
    licence = text_of(ROOT / "LICENSE")
    assert project()["project"]["license"] == "Apache-2.0"
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_everything_installed_is_locked_with_hashes():
    packages = locked()
    assert sorted(set(direct_dependencies()) - set(packages)) == []
    assert [package for package, hashes in packages.items() if not hashes] == []


def test_every_locked_node_package_has_a_hash():
    locks = [path for path in FILES if path.name == "package-lock.json"]
    assert locks
    for lock in locks:
        packages = json.loads(text_of(lock))["packages"]
        assert [p for p, about in packages.items() if p and "integrity" not in about] == []


def test_the_locks_name_no_host():
    locks = [p for p in FILES if p.name in ("requirements.lock", "package-lock.json", ".npmrc")]
    assert ROOT / "requirements.lock" in locks
    # A package's own home page (funding, licence) is no place it is fetched from.
    fetched = re.compile(r'"resolved"|--find-links|@ https?://|^\s*-i |registry\s*=')
    assert [name(path) for path in locks if fetched.search(text_of(path))] == []


def test_the_list_of_dependencies_is_complete_and_its_licences_are_true():
    manual = text_of(ROOT / "docs" / "dependencies.md")
    rows = re.findall(r"^\| ([\w.-]+)[^|]* \| ([^|]+) \|", manual, re.M)
    listed = {plain(package): licence.strip() for package, licence in rows if package != "Package"}
    assert sorted(listed) == sorted(direct_dependencies())
    for package, licence in listed.items():
        told = metadata(package)
        words = " ".join(
            [told.get("License-Expression") or "", told.get("License") or ""]
            + [c for c in told.get_all("Classifier") or [] if c.startswith("License")]
        )
        # Old metadata spells BSD-3-Clause as "BSD License"; the family is what is compared.
        assert licence.partition("-")[0].partition(" ")[0] in words, package
