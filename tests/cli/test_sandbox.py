"""`hub sandbox NAME` as its user meets it."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from hub.cli.sandbox import command
from hub.testing.tls import loopback_certificate

START = "from hub.cli.sandbox import command; command(prog_name='hub sandbox')"


@pytest.fixture
def started():
    running = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process, json.loads(process.stdout.readline())

    yield start
    for process in running:
        process.kill()
        process.communicate()


def run(*arguments, language="en"):
    return CliRunner().invoke(command, arguments, env={"HUB_LANGUAGE": language})


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_serves_and_ends_with_zero(started, ending):
    process, line = started("kintone", "--people", "30")
    assert set(line) == {"base_url", "tls_url", "credentials", "records"}
    (app, token), *_ = line["credentials"]["apps"].items()
    url = f"{line['base_url']}/k/v1/records.json?app={app}&totalCount=true"
    found = requests.get(url, headers={"X-Cybozu-API-Token": token}, timeout=5).json()
    assert found["totalCount"] == "30" == str(line["records"]["people"]["count"])
    process.send_signal(ending)
    rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_it_serves_by_tls_beside_http(started, tmp_path: Path):
    files = loopback_certificate(tmp_path)
    _, line = started(
        "kintone", "--tls-port", "0", "--cert", str(files.cert), "--key", str(files.key)
    )
    answer = requests.get(f"{line['tls_url']}/k/v1/apps.json", verify=str(files.ca), timeout=5)
    assert answer.json()["code"] == "CB_AU01"


def test_it_begins_at_the_time_it_is_told_without_limits(started):
    _, line = started("kintone", "--limits", "off", "--clock", "2026-01-05T10:00:00+09:00")
    about = requests.get(f"{line['base_url']}/_sandbox", timeout=5).json()
    assert about["clock"].startswith("2026-01-05T01:00:0")
    assert about["limits"] is False


def test_a_port_in_use_is_told_with_code_3():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("kintone", "--port", port)
    assert done.exit_code == 3
    assert f"Port {port} on this machine is in use." in done.stderr
    assert done.stdout == ""


def test_an_unknown_name_lists_the_known_ones():
    done = run("nope")
    assert done.exit_code == 2
    assert "There is no sandbox 'nope'. Use one of: karaden, kintone" in done.stderr
    assert "サンドボックス「nope」はありません" in run("nope", language="ja").stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--tls-port", "0"], "belong together"),
        (["--clock", "yesterday"], "write a time with its zone"),
        (["--clock", "2026-01-05T10:00:00"], "write a time with its zone"),
        (["--people", "0"], "0 is not in the range"),
        (["--limits", "maybe"], "'maybe' is not one of 'on', 'off'"),
    ],
)
def test_a_wrong_argument_is_told_with_code_2(arguments, told):
    done = run("kintone", *arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_file_that_is_no_certificate_is_told(tmp_path: Path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("not a certificate")
    done = run("kintone", "--tls-port", "0", "--cert", str(wrong), "--key", str(wrong))
    assert done.exit_code == 2
    assert "PEM certificate" in done.stderr


def test_a_start_that_fails_leaves_the_signals_alone():
    before = signal.getsignal(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run("kintone", "--port", str(taken.getsockname()[1]))
    assert signal.getsignal(signal.SIGTERM) is before
