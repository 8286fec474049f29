"""Plugins as they are really installed: a folder on the path with a module and its metadata."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.plugins.guard import Guard

Install = Callable[..., None]

SETTINGS = """
from hub.sdk import Account, Receipt, ReceiptState, GatewayProfile, Settings, hookimpl
from marshmallow import fields

class AcmeSettings(Settings):
    account = fields.String(metadata={"label": "Account", "help": "Your account's name."})

@hookimpl
def connection_settings():
    return AcmeSettings
"""

GATEWAY = """
class Gateway:
    profile = GatewayProfile()

    def send(self, outgoing):
        return Receipt(state=ReceiptState.ACCEPTED)

@hookimpl
def message_gateway(connection):
    return Gateway()
"""


@pytest.fixture
def guard() -> Guard:
    return Guard(limit=2.0)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a plugin, from distribution `NAME-hub` unless told otherwise.

    Its module is a working gateway; `instead` replaces the gateway, `whole` the whole module.
    `extra` is one that the distribution offers.
    """
    before = set(sys.modules)

    def put(
        name: str,
        *,
        instead: str = GATEWAY,
        whole: str | None = None,
        distribution: str = "",
        extra: str = "",
    ) -> None:
        distribution = distribution or f"{name}-hub"
        module = f"{name}_of_{distribution.replace('-', '_')}"
        code = SETTINGS + textwrap.dedent(instead) if whole is None else textwrap.dedent(whole)
        folder = tmp_path / distribution
        folder.mkdir()
        (folder / f"{module}.py").write_text(code, encoding="utf-8")
        info = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
            + (f"Provides-Extra: {extra}\n" if extra else "")
        )
        (info / "entry_points.txt").write_text(f"[hub.plugins.v1]\n{name} = {module}\n")
        monkeypatch.syspath_prepend(str(folder))

    yield put
    for name in set(sys.modules) - before:
        if "_of_" in name:
            del sys.modules[name]
