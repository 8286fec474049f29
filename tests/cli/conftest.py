"""A deployment on loopback for the commands: a folder, plugins.toml, a kintone, a gateway."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import hub.cli
from connectors.kintone.sandbox import KintoneSandbox
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.factory import Hub, build

PEOPLE = 60
SENDER = {
    "HUB_SENDER_NAME": "株式会社サンプル商店",
    "HUB_SENDER_CONTACT": "0120-000-000",
    "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one command printed and ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Told]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `hub WORDS…` as a terminal would, in English, on a folder of its own."""
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HUB_PLUGINS_FILE", str(tmp_path / "plugins.toml"))
    monkeypatch.setenv("HUB_LANGUAGE", "en")
    monkeypatch.setenv("HUB_QUIET_HOURS", "off")
    (tmp_path / "plugins.toml").write_text('[plugins]\nload = ["kintone", "sandbox_gateway"]\n')

    def call(*words: str) -> Told:
        monkeypatch.setattr("sys.argv", ["hub", *words])
        capsys.readouterr()
        code = 0
        try:
            hub.cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Told(code=code, out=captured.out, err=captured.err)

    return call


@pytest.fixture
def crm() -> Iterator[KintoneSandbox]:
    """A kintone with a few people, without its limits."""
    with KintoneSandbox(people=PEOPLE, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def phone() -> Iterator[PhoneSandbox]:
    """A gateway with a phone for each number."""
    with PhoneSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def deployed(
    run: Run,
    crm: KintoneSandbox,
    phone: PhoneSandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """A deployment with the connections crm and sms and a sender; gives `run`."""
    for name, value in SENDER.items():
        monkeypatch.setenv(name, value)
    settings = crm.connection_settings()
    mapping = settings.pop("mapping")
    monkeypatch.setenv("CRM_TOKEN", settings.pop("api_token"))
    monkeypatch.setenv("CRM_KEY", settings.pop("webhook_key"))
    monkeypatch.setenv("SMS_KEY", phone.api_key)
    lines = [
        "[plugins]",
        'load = ["kintone", "sandbox_gateway"]',
        "[connections.crm]",
        'plugin = "kintone"',
        'label = "顧客アプリ"',
        'api_token = { env = "CRM_TOKEN" }',
        'webhook_key = { env = "CRM_KEY" }',
        *(f"{key} = {json.dumps(value)}" for key, value in settings.items()),
        "[connections.crm.mapping]",
        *(f"{key} = {_toml(value)}" for key, value in mapping.items()),
        "[connections.sms]",
        'plugin = "sandbox_gateway"',
        'label = "SMS"',
        f'base_url = "{phone.base_url}"',
        'api_key = { env = "SMS_KEY" }',
        "",
    ]
    (tmp_path / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
    return run


@pytest.fixture
def pulled(deployed: Run) -> Run:
    """The deployment with its purposes, a template of each kind, and the crm read once."""
    for key, kind, label in (
        ("campaign", "promotional", "お得な情報"),
        ("booking", "transactional", "予約の連絡"),
    ):
        words = ("--class", kind, "--label", label, "--text", "SMSでお送りします。")
        assert deployed("consent", "purpose", "add", key, *words).code == 0
    assert deployed("sync", "crm").code == 0
    return deployed


@pytest.fixture
def here(run: Run) -> Callable[[], Hub]:
    """The hub behind the commands, to look into its store."""
    return build


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
