# SPDX-License-Identifier: GPL-3.0-or-later
"""node-zendesk works on the sandbox unmodified."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import pytest

from connectors.zendesk.sandbox import ZendeskSandbox

HERE = Path(__file__).parents[1] / "js"

STEPS = [
    "signs in with an API token",
    "signs in with an OAuth token",
    "reads all users to the end",
    "reads one user and many",
    "reads the export of users",
    "changes one user and many, and watches the job",
    "makes and deletes a user",
    "replaces and adds tags",
    "reads identities",
    "reads, makes and deletes a user field",
    "makes, changes, comments and reads a ticket",
    "searches",
    "makes a webhook and a trigger, and is called with a true signature",
]


@pytest.fixture
def client(node):
    if not (HERE / "node_modules" / "node-zendesk").is_dir():
        reason = "node-zendesk is not installed here: npm ci in tests/connectors/zendesk/js."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return [node, str(HERE / "client.mjs")]


def test_node_zendesk_does_its_work_on_the_sandbox(client):
    with ZendeskSandbox(limits=False) as zendesk:
        line = json.dumps(dataclasses.asdict(zendesk.running))
        done = subprocess.run([*client, line], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == STEPS
