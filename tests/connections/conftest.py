"""A hub that is built from a plugins.toml, as often as a test wants to start it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.kintone.sandbox import KintoneSandbox
from hub.factory import Hub, build

GATEWAY = """
[connections.sms]
plugin = "sandbox_gateway"
label = "SMS"
base_url = "http://localhost:1"
api_key = { env = "SMS_KEY" }
"""
ENVIRON = {"SMS_KEY": "sesame", "CRM_TOKEN": "a-token", "CRM_KEY": "Zq3vT8nLw2XkP5rY7bMd1HsF"}

Start = Callable[..., Hub]


@pytest.fixture
def start(sqlite_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start a hub with this text in plugins.toml, on the same store each time."""
    yield from _starting(sqlite_url, tmp_path)


@pytest.fixture
def start_anywhere(store_url: str, tmp_path: Path) -> Iterator[Start]:
    """The same, once on every kind of store."""
    yield from _starting(store_url, tmp_path)


def _starting(store_url: str, tmp_path: Path) -> Iterator[Start]:
    started: list[Hub] = []

    def call(connections: str = "", **environ: str) -> Hub:
        file = tmp_path / "plugins.toml"
        file.write_text(
            f'[plugins]\nload = ["kintone", "sandbox_gateway"]\n{connections}', encoding="utf-8"
        )
        hub = build(
            {
                **ENVIRON,
                "HUB_PUBLIC_URL": "https://sms.example.jp",
                **environ,
                "HUB_DATA_DIR": str(tmp_path / "var"),
                "HUB_DATABASE_URL": store_url,
                "HUB_PLUGINS_FILE": str(file),
            }
        )
        started.append(hub)
        return hub

    yield call
    for hub in started:
        hub.database.close()


@pytest.fixture
def crm() -> Iterator[KintoneSandbox]:
    """A kintone to sign in to."""
    with KintoneSandbox(people=10, limits=False) as sandbox:
        yield sandbox


def kintone(crm: KintoneSandbox, *, app: int = 1, label: str = "顧客アプリ") -> str:
    """A connection `crm` to an app of the sandbox."""
    return f"""
[connections.crm]
plugin = "kintone"
label = "{label}"
domain = "sandbox.cybozu.com"
base_url = "{crm.base_url}"
app = {app}
api_token = {{ env = "CRM_TOKEN" }}
webhook_key = {{ env = "CRM_KEY" }}
[connections.crm.mapping]
phone = "携帯番号"
"""
