"""What the image and the compose file say is what the hub has. Neither can be built by a test."""

import os
import re
import subprocess

import click
import pytest

from hub.cli import hub
from hub.queue import QUEUES
from hub.variables import VARIABLES

from .tree import ROOT, text_of

DOCKERFILE = text_of(ROOT / "Dockerfile")
COMPOSE = text_of(ROOT / "compose.yaml")
ENTRYPOINT = ROOT / "deploy" / "entrypoint.sh"
STARTED = [
    *re.findall(r"^    command: hub (.+)$", COMPOSE, re.M),
    *re.findall(r'^CMD \["hub", "(\w+)"\]$', DOCKERFILE, re.M),
]


def test_two_web_processes_each_queue_and_a_schedule_are_started():
    assert STARTED.count("web") == 3
    assert {"schedule", *(f"worker {name}" for name in QUEUES)} <= set(STARTED)


@pytest.mark.parametrize("words", sorted(set(STARTED)))
def test_what_is_started_is_a_command_of_the_hub(words):
    name, *arguments = words.split()
    assert isinstance(hub, click.Group)
    with click.Context(hub) as context:
        command = hub.get_command(context, name)
    assert command is not None
    command.make_context(name, arguments, resilient_parsing=False)


def test_every_variable_is_one_the_hub_knows():
    # HUB_SITE is the compose file's own: the host of the public address.
    names = {each.name for each in VARIABLES} | {"HUB_SITE"}
    for text in (DOCKERFILE, COMPOSE, text_of(ENTRYPOINT)):
        assert set(re.findall(r"\bHUB_[A-Z_]+\b", text)) <= names


def test_every_secret_that_is_used_is_a_file_beside_the_compose_file():
    declared = set(re.findall(r"^  (\w+): \{file: \./secrets/\1\}$", COMPOSE, re.M))
    used = re.findall(r"^ +secrets: \[(.+)\]$", COMPOSE, re.M)
    assert {name for line in used for name in line.split(", ")} == declared
    assert "/secrets/" in text_of(ROOT / ".gitignore").splitlines()


def test_what_the_image_copies_is_there_and_let_through():
    let_through = {
        line[1:] for line in text_of(ROOT / ".dockerignore").splitlines() if line.startswith("!")
    }
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M)
        for name in line.split()
        if not name.startswith("--")
    }
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular():
    assert "--require-hashes" in DOCKERFILE
    assert all("--no-index" in line for line in DOCKERFILE.splitlines() if "pip install" in line)
    assert DOCKERFILE.index("USER hub") < DOCKERFILE.index("ENTRYPOINT")


def test_a_secret_in_a_file_becomes_the_variable_of_its_name(tmp_path):
    address = "postgresql+psycopg://hub:a b$c@postgres/hub"
    (tmp_path / "hub_database_url").write_text(f"{address}\n")
    (tmp_path / "hub_keys").write_text("data 1 AAAA\nindex 1 BBBB\n")
    done = subprocess.run(
        ["/bin/sh", str(ENTRYPOINT), "env"],
        env={"PATH": os.environ["PATH"], "SECRETS": str(tmp_path), "HUB_REDIS_URL": "redis://b"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert f"HUB_DATABASE_URL={address}" in lines
    assert "HUB_KEYS=data 1 AAAA" in lines
    assert "HUB_REDIS_URL=redis://b" in lines
    assert not [line for line in lines if line.startswith("SECRETS=")]
