"""What holds for the whole repository, whoever wrote the file."""

import ast
import re
from pathlib import Path

import pytest

from .tree import FILES, OURS, PYTHON, name, text_of

LONGEST_FILE = 350
# Where one of our own machines, or the place packages came from, would show.
ELSEWHERE = re.compile(
    r"(?<![\w.~-])/(?:(?:work|root)\b|(?:home|Users|builds)/\w)"
    r"|pythonhosted|npmjs\.(?:org|com)|pypi\.org|(?<!emit-)index-url|_authToken",
)
# It names what it looks for.
NAME_THE_PATTERN = {"tests/test_repository.py"}
# What decides: these get the time and the data as arguments.
DECIDES = {
    "calendar.py",
    "dead.py",
    "gate.py",
    "keywords.py",
    "linter.py",
    "mending.py",
    "offers.py",
    "phone.py",
    "segments.py",
    "states.py",
    "strength.py",
    "verdict.py",
    "ways.py",
    "weighing.py",
}
DECIDES_WITHOUT = {"flask", "sqlalchemy", "redis", "rq", "requests", "time", "os", "random"}


def test_no_file_names_a_machine_or_the_place_packages_come_from():
    found = [
        f"{name(path)}:{number}"
        for path in FILES
        if name(path) not in NAME_THE_PATTERN
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if ELSEWHERE.search(line)
    ]
    assert found == []


# A home stands in for the rest: this file must not name what it looks for either.
@pytest.mark.parametrize("line", ['"/home/me/hub"', "see /home/me", "--index-url https://a.test"])
def test_that_check_finds_what_it_looks_for(line):
    assert ELSEWHERE.search(line)


@pytest.mark.parametrize("line", ["/homepage", "hub/work/x", "https://a.test/root", "a/home/me"])
def test_that_check_leaves_other_addresses_alone(line):
    assert not ELSEWHERE.search(line)


def test_no_file_is_too_long_to_be_read_in_one_go():
    long = [
        name(path)
        for path in OURS
        # A migration is one act, never changed again.
        if "versions" not in path.parts and len(text_of(path).splitlines()) >= LONGEST_FILE
    ]
    assert long == []


def catches_everything(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False  # it cleans up and lets the exception go on
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(k, ast.Name) and k.id in ("Exception", "BaseException") for k in kinds)


def test_only_the_guard_catches_everything():
    found = [
        f"{name(path)}:{node.lineno}"
        for path in OURS
        if name(path) != "hub/plugins/guard.py"
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    ]
    assert found == []


def imported(path: Path) -> set[str]:
    """The top-level packages a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_what_decides_has_no_web_no_store_and_no_clock_of_its_own():
    impure = {
        name(path): sorted(imported(path) & DECIDES_WITHOUT)
        for path in OURS
        if path.name in DECIDES and imported(path) & DECIDES_WITHOUT
    }
    asks_the_time = [
        name(path)
        for path in OURS
        if path.name in DECIDES and re.search(r"\.(utc)?now\(|\.today\(", text_of(path))
    ]
    assert (impure, asks_the_time) == ({}, [])


def test_the_folders_of_the_tests_are_those_of_the_code():
    rooms = {name(path.parent) for path in OURS} | {name(path.with_suffix("")) for path in OURS}
    tested = {
        name(path.parent).partition("tests/")[2]
        for path in PYTHON
        if name(path).startswith("tests/") and path.name.startswith("test_")
    }
    assert [room for room in sorted(tested - {""}) if not {room, f"hub/{room}"} & rooms] == []


# The import contracts keep the sender's module apart; this keeps the object itself apart.
MAY_HOLD_A_SENDER = {
    "senders": {"hub/factory.py", "hub/jobs.py", "hub/messages/dispatch.py"},
    "message_gateway": {"hub/connections/senders.py", "hub/connections/directory.py"},
}


def test_what_can_send_is_handed_to_the_dispatcher_alone():
    found = [
        f"{name(path)}:{node.lineno} .{node.attr}"
        for path in OURS
        if name(path).startswith("hub/")
        and not name(path).startswith(("hub/plugins/", "hub/testing/", "hub/scaffold/"))
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Attribute)
        and name(path) not in MAY_HOLD_A_SENDER.get(node.attr, {name(path)})
    ]
    assert found == []


def test_every_folder_of_the_code_is_a_package():
    # import-linter does not see files outside of packages. Alembic loads its own by their path.
    folders = {path.parent for path in OURS if "migrations" not in path.parts}
    assert [name(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_nothing_is_left_to_be_done_later():
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplementedError\b(?!\()")
    assert [name(path) for path in OURS if later.search(text_of(path))] == []
