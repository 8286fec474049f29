"""What docs/writing-a-plugin.md says is tried: its files, its commands, its tables."""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hub import errors
from hub.plugins.provisioning import read
from hub.plugins.registry import ADDED, ROLES
from hub.scaffold.package import package, write
from hub.values.connection import Connection
from hub.values.event import Inbound
from hub.values.gateway import (
    DeliveryReport,
    GatewayProfile,
    Outgoing,
    Receipt,
    Reply,
)

PAGE = (Path(__file__).parents[1] / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")
FILES = dict(
    re.findall(r"^`hub-tanuki/([\w/.]+)`[^\n]*:\n\n```python\n(.*?)^```$", PAGE, re.M | re.S)
)
SHELL = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S)).splitlines()
TOML = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def tanuki(tmp_path: Path) -> Path:
    """The package as the page makes it: written, thinned out, filled in, installed."""
    folder = tmp_path / "hub-tanuki"
    write(folder, package("tanuki", ["message_gateway"]))
    for command in SHELL:
        if command.startswith("rm "):
            for name in command.split()[1:]:
                (folder / name).unlink()
    for name, code in FILES.items():
        (folder / name).write_text(code, encoding="utf-8")
    info = folder / "hub_tanuki-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hub-tanuki\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[hub.plugins.v1]\ntanuki = hub_tanuki\n")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "HUB_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_gateway_of_the_page_keeps_the_contract(tanuki: Path) -> None:
    done = run(tanuki, "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "TestTanuki: the plugin tanuki has no contact_source" in done.stdout


def test_the_gateway_of_the_page_is_typed_and_tidy(tanuki: Path) -> None:
    root = Path(__file__).parents[1]
    tidy = run(tanuki, "-m", "ruff", "check", "--config", str(root / "pyproject.toml"),
               "--ignore", "D1,S105,I001", ".")  # fmt: skip
    assert tidy.returncode == 0, tidy.stdout
    formatted = run(tanuki, "-m", "ruff", "format", "--check", "--diff", "--config",
                    str(root / "pyproject.toml"), ".")  # fmt: skip
    assert formatted.returncode == 0, formatted.stdout


def test_the_hub_lists_the_plugin_of_the_page_with_its_plugins_toml(tanuki: Path) -> None:
    (tanuki / "plugins.toml").write_text(TOML[0], encoding="utf-8")

    done = run(tanuki, "-c", "from hub.cli import main; main()", "plugin", "list")

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"tanuki\s+0\.1\.0\s+loaded\s+message_gateway", done.stdout)


def test_the_plugins_toml_of_the_page_gets_its_secrets_from_the_exports(tmp_path: Path) -> None:
    exported = dict(line.removeprefix("export ").split("=") for line in SHELL if "export" in line)
    file = tmp_path / "plugins.toml"
    file.write_text(TOML[0], encoding="utf-8")

    found = read(file, exported)

    assert found.problems == ()
    assert found.connections["sms-main"].plugin == "tanuki"


def test_the_commands_of_the_page_exist() -> None:
    from hub.cli import hub

    context = hub.make_context("hub", [], resilient_parsing=True)
    for line in filter(None, SHELL):
        words = line.split()
        if words[0] == "hub":
            assert words[1] in hub.list_commands(context), line
        else:
            assert words[0] in ("cd", "pip", "pytest", "rm", "export"), line


@pytest.mark.parametrize(
    "value", [Outgoing, Receipt, GatewayProfile, DeliveryReport, Reply, Inbound, Connection]
)
def test_every_field_of_a_value_is_explained(value: type) -> None:
    reference = PAGE.partition("## Reference")[2]
    for field in dataclasses.fields(value):
        assert f"`{field.name}`" in reference, f"{value.__name__}.{field.name}"


def test_every_default_of_the_profile_is_true() -> None:
    for field in dataclasses.fields(GatewayProfile):
        row = re.search(rf"^\| `{field.name}` \| `?(.*?)`? \|", PAGE, re.M)
        assert row is not None, field.name
        assert row[1].strip('"') == str(field.default), field.name


def test_every_hook_and_every_error_is_named() -> None:
    for hook in ("connection_settings", "check_connection", *ROLES, *ADDED):
        assert f"| `{hook}(" in PAGE
    for name, error in vars(errors).items():
        if isinstance(error, type) and issubclass(error, errors.HubError):
            assert name == "HubError" or f"`{name}" in PAGE


def test_every_heading_that_is_linked_exists() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in PAGE.splitlines()
        if line.startswith("#")
    }
    for anchor in re.findall(r"\]\(#([\w-]+)\)", PAGE):
        assert anchor in headings
