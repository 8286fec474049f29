"""The demo's stage: sandboxes, a folder of its own, plugins.toml, and a real `hub run`."""

import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hub.config import read_config
from hub.errors import HubError
from hub.factory import Hub, build
from hub.launch import start_all
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.processes import Supervisor, free_port
from hub.testing.sandbox import Sandbox
from hub.testing.scene import Scene
from hub.values.words import Language

GATEWAY = "sms"
SENDER = {
    "HUB_SENDER_NAME": "株式会社サンプル商店",
    "HUB_SENDER_CONTACT": "0120-000-000 / info@example.com",
    "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
}


class Stage:
    """Everything the demo plays on; a context manager that leaves nothing behind."""

    def __init__(self, language: Language, *, port: int | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sms-hub-demo-"))
        self.sandboxes: dict[str, Sandbox] = {}
        self.scenes: list[Scene] = []
        self.port = port or _free_port()
        self.public_url = f"http://localhost:{self.port}"
        self._language = language
        self._supervisor: Supervisor | None = None
        self._watch: threading.Thread | None = None
        self._environ: dict[str, str] = {}
        self.hub: Hub

    @property
    def phone(self) -> Any:
        """The sandbox gateway, which holds every SMS and shows it on a phone."""
        return self.sandboxes["sandbox_gateway"]

    def __enter__(self) -> Self:
        with ExitStack() as half_open:
            half_open.callback(self.close)
            self._open()
            half_open.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def watch(self) -> None:
        """Keep everything running until `stop`."""
        if self._supervisor is not None:
            self._supervisor.stop.wait()

    def stop(self) -> None:
        """End what `watch` waits for."""
        if self._supervisor is not None:
            self._supervisor.stop.set()

    def close(self) -> None:
        """End every process and sandbox and remove the folder."""
        if self._supervisor is not None:
            self._supervisor.stop.set()
            if self._watch is not None:
                self._watch.join()
            self._supervisor.end()
        for sandbox in self.sandboxes.values():
            sandbox.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self) -> None:
        free_port("127.0.0.1", self.port)
        for point in sorted(entry_points(group="hub.sandboxes.v1"), key=lambda p: p.name):
            sandbox: Sandbox = point.load()()
            sandbox.start()
            self.sandboxes[point.name] = sandbox
            scene = getattr(sandbox, "scene", None)
            if scene is not None:
                self.scenes.append(scene())
        self._environ = self._write_settings()
        self.hub = build(self._environ)
        config = read_config(self._environ)
        self._supervisor = Supervisor(self._environ)
        start_all(self._supervisor, config)
        self._watch = threading.Thread(target=self._supervisor.watch, daemon=True)
        self._watch.start()
        _wait_for_port(self.port)
        addresses = {
            name: f"{self.public_url}/in/{name}/"
            for scene in self.scenes
            for name in scene.connections
        }
        for scene in self.scenes:
            scene.listen(addresses)

    def _write_settings(self) -> dict[str, str]:
        """Write plugins.toml as an admin would and give the environment, secrets in it."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
        environ |= SENDER
        environ |= {
            "HUB_DATA_DIR": str(self.folder),
            "HUB_PLUGINS_FILE": str(self.folder / "plugins.toml"),
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self.port),
            "HUB_PUBLIC_URL": self.public_url,
            "HUB_QUIET_HOURS": "off",
            "HUB_LANGUAGE": self._language,
        }
        plugins = sorted({"sandbox_gateway"} | {scene.plugin for scene in self.scenes})
        registry = load(plugins, Guard())
        lines = ["[plugins]", f"load = {json.dumps(plugins)}", ""]
        connections: dict[str, tuple[str, Mapping[str, Any]]] = {
            GATEWAY: (
                "sandbox_gateway",
                {"label": "SMS", **self.phone.connection_settings()},
            )
        }
        for scene in self.scenes:
            connections |= {
                n: (scene.plugin, settings) for n, settings in scene.connections.items()
            }
        for name, (plugin, settings) in connections.items():
            secret = {f.key for f in registry.plugin(plugin).form if f.secret}
            lines += [f"[connections.{name}]", f'plugin = "{plugin}"']
            for key, value in settings.items():
                if key == "mapping":
                    continue
                if key in secret:
                    variable = f"DEMO_{name}_{key}".upper().replace("-", "_")
                    environ[variable] = str(value)
                    lines.append(f'{key} = {{ env = "{variable}" }}')
                else:
                    lines.append(f"{key} = {_toml(value)}")
            if settings.get("mapping"):
                lines.append(f"[connections.{name}.mapping]")
                lines += [f"{key} = {_toml(value)}" for key, value in settings["mapping"].items()]
            lines.append("")
        (self.folder / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
        return environ


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items())
        return "{ " + inside + " }"
    return json.dumps(value, ensure_ascii=False)


def _free_port() -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 8000))
        except OSError:
            probe.close()
            with socket.socket() as other:
                other.bind(("127.0.0.1", 0))
                return int(other.getsockname()[1])
        return 8000


def _wait_for_port(port: int, seconds: float = 30.0) -> None:
    deadline = threading.Event()
    timer = threading.Timer(seconds, deadline.set)
    timer.daemon = True
    timer.start()
    while not deadline.wait(0.1):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        timer.cancel()
        return
    raise HubError(
        "The web process did not start. See the lines above.",
        "Webプロセスが起動しませんでした。上の表示を確認してください。",
    )
