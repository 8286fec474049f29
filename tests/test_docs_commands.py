"""The manual of the commands cannot lie: every command and option is in it, and nothing else."""

import json
import re
from collections.abc import Iterator

import click
import pytest

from hub.cli import hub

from .tree import ROOT, text_of

MANUAL = text_of(ROOT / "docs" / "commands.md")


def sections() -> dict[str, str]:
    """Each command's section, by its words."""
    parts = re.split(r"^### `(hub [a-z -]+)`\n", MANUAL, flags=re.M)
    return dict(
        zip(parts[1::2], (re.split(r"^## ", p, flags=re.M)[0] for p in parts[2::2]), strict=True)
    )


def commands(
    group: click.Group, words: str, seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Every command people call, by its words; a group that does something itself is one too."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is None or command.hidden:
                continue
            if isinstance(command, click.Group):
                if command.invoke_without_command:
                    yield f"{words} {name}", command
                yield from commands(command, f"{words} {name}")
            else:
                yield f"{words} {name}", command


assert isinstance(hub, click.Group)
COMMANDS = dict(commands(hub, "hub"))
SECTIONS = sections()


def test_it_has_a_section_for_every_command_and_for_no_other():
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_a_section_names_every_option_and_no_other(words):
    options = {
        name
        for each in COMMANDS[words].params
        if isinstance(each, click.Option)
        for name in (*each.opts, *each.secondary_opts)
        if name.startswith("--")
    }
    told = set(re.findall(r"(?<![\w-])--[a-z-]+", SECTIONS[words]))
    assert options <= told
    # A section may speak of another command's option; it must not invent one.
    known = {
        name
        for command in COMMANDS.values()
        for each in command.params
        for name in (*each.opts, *each.secondary_opts)
    }
    assert told <= known | {"--help"}


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_a_section_says_the_exit_codes(words):
    assert re.search(r"^Exit codes: 0", SECTIONS[words], re.M)


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_what_json_gives_is_shown(words):
    if not any("--json" in each.opts for each in COMMANDS[words].params):
        return
    shown = re.findall(r"```json\n(.+?)```", SECTIONS[words], re.S)
    assert shown or re.search(r"`--json` gives .*what|one entry of", SECTIONS[words])
    for block in shown:
        json.loads(block)


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_help_is_a_sentence(words):
    text = COMMANDS[words].help or ""
    assert re.match(r"[A-Z].*\.", text.split("\n\n")[0].replace("\n", " "))
