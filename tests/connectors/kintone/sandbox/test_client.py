"""kintone's own JavaScript client works on the sandbox unmodified."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "js"

STEPS = [
    "reads one record",
    "reads a page with a total",
    "reads a page with a query too long for an address",
    "adds, changes and deletes a record",
    "changes a record by its update key",
    "adds, changes and deletes many records",
    "upserts one and many records",
    "reads all records by id, by cursor and by offset",
    "makes, reads and closes a cursor",
    "does several requests over two apps as one",
    "adds, lists and deletes comments",
    "reads apps, fields and layout",
    "signs in with a password",
    "reads an app of a guest space",
]


@pytest.fixture
def client(node):
    if not (HERE / "node_modules" / "@kintone").is_dir():
        reason = "kintone's client is not installed here: npm ci in tests/connectors/kintone/js."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return [node, str(HERE / "client.mjs")]


def test_kintones_own_client_does_its_work_on_the_sandbox(kintone, client):
    line = json.dumps(dataclasses.asdict(kintone.running))
    done = subprocess.run([*client, line], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == STEPS
