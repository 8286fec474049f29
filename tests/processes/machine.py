"""One machine's `hub run`, with sandboxes in place of platform and gateway."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

from connectors.kintone.sandbox import KintoneSandbox
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.factory import Hub, build

PROCESSES = {
    "broker",
    "web",
    "worker send",
    "worker sync",
    "worker events",
    "schedule",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(look, what, seconds=20.0):
    """Give what `look` gives once it is something; fail where it does not come in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"Waited {seconds:.0f} s for {what}; it did not come.")


def value_of(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {value_of(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


class Machine:
    """A data folder, the sandboxes it talks to, and `hub run` on them."""

    def __init__(self, home: Path, people: int = 20, rate: float = 20) -> None:
        self.home = home
        self._rate = rate
        self.port = free_port()
        self.kintone = KintoneSandbox(people=people)
        self.phone = PhoneSandbox()
        self.kintone.start()
        self.phone.start()
        self.log = home / "log.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.environ = self._settings()

    def _settings(self) -> dict[str, str]:
        crm = self.kintone.connection_settings()
        mapping = crm.pop("mapping")
        secrets = {
            "MACHINE_TOKEN": crm.pop("api_token"),
            "MACHINE_HOOK": crm.pop("webhook_key"),
            "MACHINE_KEY": self.phone.connection_settings()["api_key"],
        }
        lines = ["[plugins]", 'load = ["kintone", "sandbox_gateway"]']
        lines += ["[connections.crm]", 'plugin = "kintone"', 'label = "CRM"']
        lines += [f"{key} = {value_of(value)}" for key, value in crm.items()]
        lines += ['api_token = { env = "MACHINE_TOKEN" }', 'webhook_key = { env = "MACHINE_HOOK" }']
        lines += ["[connections.crm.mapping]"]
        lines += [f"{key} = {value_of(value)}" for key, value in mapping.items()]
        lines += ["[connections.sms]", 'plugin = "sandbox_gateway"', 'label = "SMS"']
        lines += [f'base_url = "{self.phone.base_url}"', 'api_key = { env = "MACHINE_KEY" }']
        lines += [f"rate = {self._rate}", "burst = 2"]
        (self.home / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUB_")},
            **secrets,
            "HUB_DATA_DIR": str(self.home / "var"),
            "HUB_PLUGINS_FILE": str(self.home / "plugins.toml"),
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self.port),
            "HUB_PUBLIC_URL": f"http://localhost:{self.port}",
            "HUB_QUIET_HOURS": "off",
            "HUB_LANGUAGE": "en",
            "HUB_SENDER_NAME": "サンプル商店",
            "HUB_SENDER_CONTACT": "info@example.com",
            "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
        }

    def hub(self) -> Hub:
        """The same hub, looked at from the test."""
        return build(self.environ)

    def start(self, **settings: str) -> None:
        """Start `hub run` and wait until all of it is there."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "run"],
                env={**self.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            until(self.ready, "the hub to be ready", 60)
        except AssertionError as late:
            late.add_note(self.said()[-3000:])
            raise
        until(lambda: set(self.children()) == PROCESSES, "every process to be there", 30)

    def refused(self, **settings: str) -> tuple[int, str]:
        """Try to start `hub run` where it should not; give its exit code and what it said."""
        tried = subprocess.run(
            [sys.executable, "-m", "hub", "run"],
            env={**self.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        return tried.returncode, (tried.stdout + tried.stderr).decode()

    def ready(self) -> bool:
        """Whether the web process answers and finds store and broker in order."""
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"hub run ended: {self.said()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as reply:
                return json.load(reply)["status"] == "ok"
        except OSError:
            return False

    def said(self) -> str:
        """All that its processes wrote to their terminal."""
        return self.log.read_text(encoding="utf-8")

    def children(self) -> dict[str, list[psutil.Process]]:
        """The supervisor's children that live, by what they do."""
        found: dict[str, list[psutil.Process]] = {}
        assert self.process
        for child in psutil.Process(self.process.pid).children():
            try:
                words = child.cmdline()
                if child.status() != psutil.STATUS_ZOMBIE and "hub" in words:
                    found.setdefault(" ".join(words[words.index("hub") + 1 :]), []).append(child)
            except psutil.NoSuchProcess:
                continue
        return found

    def valkey(self) -> psutil.Process:
        """The broker itself, below its keeper. It forks now and then to write its file anew."""
        (keeper,) = self.children()["broker"]
        return min(keeper.children(), key=lambda child: child.create_time())

    def kill_all(self) -> None:
        """kill -9 for the supervisor and all below it, at once."""
        everybody = self.everybody()
        for process in everybody:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everybody, timeout=5)
        assert living(everybody) == []
        assert self.process
        self.process.wait()

    def everybody(self) -> list[psutil.Process]:
        """The supervisor and all below it."""
        assert self.process
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def interrupt(self, seconds: float = 20) -> int:
        """Press Ctrl-C; give the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(seconds)

    def close(self) -> None:
        """End whatever is left."""
        if self.process is not None and self.process.poll() is None:
            everybody = self.everybody()
            self.process.send_signal(signal.SIGTERM)
            _, left = psutil.wait_procs(everybody, timeout=20)
            for process in left:
                process.kill()
        self.kintone.stop()
        self.phone.stop()


def living(processes: list[psutil.Process]) -> list[str]:
    """Those of these that still run, by what they are."""
    found = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline())[-60:])
        except psutil.NoSuchProcess:
            continue
    return found


MOBILE = re.compile(
    r"(?<![0-9A-Fa-f.])(?:\+?81[6-9]0\d{8}|0[6-9]0[- ]?\d{4}[- ]?\d{4})(?![0-9A-Fa-f])"
)
"""A Japanese mobile number as people and machines write it, outside of hexadecimal digits."""
