"""The machine that is mistreated: `hub run`, a send worker as on another host, the doubles."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import requests

from connectors.kintone.sandbox import KintoneSandbox
from hub.factory import Hub, build
from hub.messages.faults import POINTS

ROOT = Path(__file__).parents[2]
POINT = "HUB_FAULT"
_DIST = "plain_gateway-1.0.dist-info"


class Machine:
    """Everything of one run below one folder; `base` is where its web process listens.

    What dies is started again at once, as a supervisor of the operating system would. The third
    worker dies at one named point after the other: `left` are those it has not come to.
    """

    def __init__(
        self, home: Path, *, database_url: str, by_key: bool, people: int, rate: float, seed: int
    ) -> None:
        self.home = home
        self.kintone = KintoneSandbox(people=people, limits=False)
        self.kintone.start()
        self.gateway = _Gateway(seed)
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = home / "log.txt"
        self.left = list(POINTS)
        self.died_at: list[str] = []
        _install(home)
        self.environ = self._settings(database_url, by_key, rate)
        self._run: subprocess.Popen[bytes] | None = None
        self._third: subprocess.Popen[bytes] | None = None
        self._ends = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.hub: Hub = build(self.environ)

    def _settings(self, database_url: str, by_key: bool, rate: float) -> dict[str, str]:
        crm = self.kintone.connection_settings()
        mapping = crm.pop("mapping")
        secrets = {
            "MACHINE_TOKEN": crm.pop("api_token"),
            "MACHINE_HOOK": crm.pop("webhook_key"),
            "MACHINE_KEY": self.gateway.key,
        }
        phone = "sandbox_gateway" if by_key else "plain_gateway"
        lines = [
            *("[plugins]", f'load = ["kintone", "{phone}"]'),
            *("[connections.crm]", 'plugin = "kintone"', 'label = "CRM"'),
            *(f"{key} = {_toml(value)}" for key, value in crm.items()),
            *('api_token = { env = "MACHINE_TOKEN" }', 'webhook_key = { env = "MACHINE_HOOK" }'),
            "[connections.crm.mapping]",
            *(f"{key} = {_toml(value)}" for key, value in mapping.items()),
            *("[connections.sms]", f'plugin = "{phone}"', 'label = "SMS"'),
            *(f'base_url = "{self.gateway.url}"', 'api_key = { env = "MACHINE_KEY" }'),
            *(f"rate = {float(rate)}", "burst = 10", "timeout = 2.0"),
        ]
        (self.home / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUB_")},
            **secrets,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(self.home / "site")]),
            "HUB_DATA_DIR": str(self.home / "var"),
            "HUB_DATABASE_URL": database_url,
            "HUB_PLUGINS_FILE": str(self.home / "plugins.toml"),
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self.port),
            "HUB_PUBLIC_URL": f"http://localhost:{self.port}",
            "HUB_QUIET_HOURS": "off",
            "HUB_SENDER_NAME": "サンプル商店",
            "HUB_SENDER_CONTACT": "info@example.com",
            "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
        }

    def start(self) -> None:
        """Start everything but the third worker, and wait until it answers."""
        self._run = self._spawn("run")
        self._keeper.start()
        deadline = time.monotonic() + 60
        while not self.ready():
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")[-3000:]
            time.sleep(0.1)

    def join_in(self) -> None:
        """Start the third worker."""
        self._third = self._spawn_third()

    def ready(self) -> bool:
        """Whether the web process answers and finds store and broker in order."""
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=2) as reply:
                return bool(json.load(reply)["status"] == "ok")
        except OSError:
            return False

    def supervisor(self) -> psutil.Process | None:
        """`hub run`, where it lives."""
        assert self._run
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self._run.pid)
        return None

    def children(self, words: str) -> list[psutil.Process]:
        """The living children of `hub run` with these words, such as `worker send`."""
        supervisor = self.supervisor()
        found: list[psutil.Process] = []
        for child in supervisor.children() if supervisor else ():
            with contextlib.suppress(psutil.NoSuchProcess):
                if " ".join(child.cmdline()).endswith(f"hub {words}"):
                    found.append(child)
        return found

    def valkey(self) -> psutil.Process | None:
        """The broker itself, below its keeper."""
        for keeper in self.children("broker"):
            with contextlib.suppress(psutil.NoSuchProcess):
                below = keeper.children()
                if below:
                    return min(below, key=lambda child: child.create_time())
        return None

    def close(self) -> None:
        """End whatever is left."""
        self._ends.set()
        self._keeper.join(5)
        everybody: list[psutil.Process] = []
        for process in (self._third, self._run):
            if process is not None and process.poll() is None:
                parent = psutil.Process(process.pid)
                everybody += [parent, *parent.children(recursive=True)]
                process.send_signal(signal.SIGTERM)
        _, left = psutil.wait_procs(everybody, timeout=15)
        for each in left:
            each.kill()
        self.hub.database.close()
        self.hub.bells.redis.close()
        self.gateway.close()
        self.kintone.stop()

    def _keep(self) -> None:
        while not self._ends.wait(0.1):
            if self._run is not None and self._run.poll() is not None:
                self._run = self._spawn("run")
            if self._third is not None and self._third.poll() is not None:
                if self._third.returncode == -signal.SIGKILL and self.left:
                    self.died_at.append(self.left.pop(0))
                self._third = self._spawn_third()

    def _spawn_third(self) -> subprocess.Popen[bytes]:
        point = {POINT: self.left[0]} if self.left else {}
        return self._spawn("worker", "send", **point)

    def _spawn(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "hub", *words],
                env={**self.environ, **more},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


class _Gateway:
    """The gateway's process, steered over HTTP."""

    def __init__(self, seed: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.chaos.gateway", str(seed)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout
        told = json.loads(self._process.stdout.readline())
        self.url, self.key = str(told["base_url"]), str(told["api_key"])

    def do(self, switch: str, **arguments: Any) -> Any:
        """Use one of its switches and give what that gave."""
        return self._post(f"switch/{switch}", arguments)["result"]

    def fault(self, **fault: Any) -> None:
        """Let it go wrong: the keys of `hub.testing.faults.Fault`."""
        self._post("faults", fault)

    def behave(self) -> None:
        """Switch every fault off."""
        requests.delete(f"{self.url}/_sandbox/faults", timeout=10).raise_for_status()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        reply = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=30)
        reply.raise_for_status()
        return reply.json()


def _install(home: Path) -> None:
    """Make the plain gateway a plugin that the hub's processes, this one too, can find."""
    folder = home / "site" / _DIST
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-gateway\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(
        "[hub.plugins.v1]\nplain_gateway = bench.chaos.plain\n"
    )
    for path in (str(ROOT), str(home / "site")):
        if path not in sys.path:
            sys.path.append(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
