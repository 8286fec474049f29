import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.plugin import command

ROLES = "contact_source,message_gateway"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the committed plugins.toml, in which the command is called."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_LANGUAGE", "en")
    monkeypatch.delenv("HUB_PLUGINS_FILE", raising=False)
    trust(tmp_path, "kintone", "sandbox_gateway")
    return tmp_path


def trust(folder: Path, *names: str) -> None:
    (folder / "plugins.toml").write_text(f"[plugins]\nload = {json.dumps(names)}\n")


def hub(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def hub_json(*arguments: str) -> Any:
    return json.loads(hub(*arguments, "--json").stdout)


def put_broken_plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a plugin that needs a module nobody has."""
    (folder / "shaky.py").write_text("import twilight_sms\n")
    info = folder / "shaky_hub-3.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shaky-hub\nVersion: 3.1\n")
    (info / "entry_points.txt").write_text("[hub.plugins.v1]\nshaky = shaky\n")
    monkeypatch.syspath_prepend(str(folder))


def test_list_shows_what_each_plugin_can_do() -> None:
    result = hub("list")

    assert result.exit_code == 0
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert "loaded" in lines["kintone"]
    assert "contact_source, event_trigger, opt_out_sink, activity_sink" in lines["kintone"]
    assert "message_gateway" in lines["sandbox_gateway"]


def test_list_tells_why_a_plugin_is_broken_and_ends_with_1(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_broken_plugin(in_a_folder, monkeypatch)
    trust(in_a_folder, "kintone", "shaky", "kintoen")

    result = hub("list")

    assert result.exit_code == 1
    assert 'The plugin "shaky" needs the module twilight_sms' in result.stdout
    assert '"kintoen" is not installed (did you mean "kintone"?)' in result.stdout
    rows = {row["name"]: row for row in hub_json("list")}
    assert rows["kintone"]["state"] == "loaded"
    assert (rows["shaky"]["state"], rows["shaky"]["version"]) == ("broken", "3.1")


def test_list_shows_what_is_installed_and_not_trusted_without_importing_it(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_broken_plugin(in_a_folder, monkeypatch)

    rows = {row["name"]: row for row in hub_json("list")}

    assert rows["shaky"]["state"] == "not loaded"
    assert "shaky" not in sys.modules


def test_list_reads_the_file_named_in_the_environment(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_a_folder / "other.toml").write_text('[plugins]\nload = ["kintone"]\n')
    monkeypatch.setenv("HUB_PLUGINS_FILE", "other.toml")

    states = {row["name"]: row["state"] for row in hub_json("list")}

    assert states["kintone"] == "loaded"
    assert states["sandbox_gateway"] == "not loaded"


def test_list_says_which_file_is_missing_or_malformed(in_a_folder: Path) -> None:
    (in_a_folder / "plugins.toml").write_text("[plugins]\nload = kintone\n")
    assert "plugins.toml, line 2: this is no value" in str(hub("list").exception)

    (in_a_folder / "plugins.toml").unlink()
    assert "plugins.toml is not there." in str(hub("list").exception)


def test_check_says_what_a_plugin_can_do_and_what_it_asks_for() -> None:
    result = hub("check", "sandbox_gateway")

    assert result.exit_code == 0
    assert "+ message_gateway" in result.stdout
    assert "api_key            secret" in result.stdout
    found = hub_json("check", "sandbox_gateway")
    assert found["trusted"] is True
    assert {"key": "api_key", "label": "API key", "kind": "secret", "required": True} in found[
        "settings"
    ]


def test_check_tells_the_problems_and_ends_with_1(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_broken_plugin(in_a_folder, monkeypatch)

    assert hub("check", "shaky").exit_code == 1
    assert hub("check", "nobody").exit_code == 1
    assert hub_json("check", "shaky")["problems"] == [
        'The plugin "shaky" needs the module twilight_sms, which is not installed. '
        "Install it, or reinstall the plugin's package."
    ]


def test_check_says_how_to_trust_a_plugin(in_a_folder: Path) -> None:
    trust(in_a_folder)

    assert 'add "kintone" to [plugins] load in plugins.toml' in hub("check", "kintone").stdout


def test_the_sentences_are_japanese_where_the_terminal_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUB_LANGUAGE", "ja")

    assert "プラグイン「nobody」はインストールされていません" in hub("check", "nobody").stdout


def test_new_writes_a_package_and_says_what_comes_next(in_a_folder: Path) -> None:
    result = hub("new", "acme_sms", "--roles", ROLES)

    assert result.exit_code == 0
    assert (in_a_folder / "hub-acme-sms" / "hub_acme_sms" / "gateway.py").is_file()
    assert "pip install -e . --no-deps --no-build-isolation" in result.stdout
    assert "hub plugin check acme_sms" in result.stdout


def test_new_writes_where_it_is_told(in_a_folder: Path) -> None:
    found = hub_json("new", "acme", "--roles", ROLES, "--dir", "partners")

    assert found["folder"] == str(Path("partners") / "hub-acme")
    assert all((in_a_folder / found["folder"] / file).is_file() for file in found["files"])


def test_new_overwrites_nothing(in_a_folder: Path) -> None:
    hub("new", "acme", "--roles", ROLES)
    readme = in_a_folder / "hub-acme" / "README.md"
    readme.write_text("mine")

    result = hub("new", "acme", "--roles", ROLES)

    assert result.exit_code == 1
    assert isinstance(result.exception, Exception)
    assert "hub-acme is there already and not empty" in str(result.exception)
    assert readme.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Acme", "NAME is 2 to 30 small letters"),
        ("../acme", "NAME is 2 to 30 small letters"),
        ("class", "NAME is 2 to 30 small letters"),
        ("hub", "NAME is 2 to 30 small letters"),
        ("a" * 31, "NAME is 2 to 30 small letters"),
        ("kintone", 'A plugin "kintone" is installed already.'),
    ],
)
def test_new_refuses_a_name_that_cannot_be(in_a_folder: Path, name: str, sentence: str) -> None:
    result = hub("new", name, "--roles", ROLES)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert [path.name for path in in_a_folder.iterdir()] == ["plugins.toml"]


@pytest.mark.parametrize("roles", ["", ",", "gateway", "message_gateway,inbox"])
def test_new_refuses_roles_that_are_none(roles: str) -> None:
    result = hub("new", "acme", "--roles", roles)

    assert result.exit_code == 2
    assert "--roles: write some of contact_source, event_trigger" in result.stderr
