"""jsforce works on the sandbox unmodified."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import pytest

from connectors.salesforce.sandbox import SalesforceSandbox

HERE = Path(__file__).parents[1] / "js"

STEPS = [
    "signs in with client credentials",
    "signs in with a JWT",
    "finds the versions, the limits and the objects",
    "reads a page, and the rest by autoFetch",
    "asks by conditions in objects",
    "tells what is wrong with a query",
    "makes, reads, changes and deletes a record",
    "upserts by an external id",
    "works with collections of records",
    "reads in bulk",
    "writes in bulk",
    "lists what was updated and deleted",
]


@pytest.fixture
def client(node):
    if not (HERE / "node_modules" / "jsforce").is_dir():
        reason = "jsforce is not installed here: npm ci in tests/connectors/salesforce/js."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return [node, str(HERE / "client.mjs")]


def test_jsforce_does_its_work_on_the_sandbox(client):
    with SalesforceSandbox(people=700) as sandbox:
        line = json.dumps(dataclasses.asdict(sandbox.running))
        done = subprocess.run([*client, line], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == STEPS
