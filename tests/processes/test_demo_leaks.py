"""After the whole demo no file of the hub and no log holds anybody's number, name or SMS."""

import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import psycopg
import pytest

from hub.testing.roster import roster

from .machine import MOBILE

DEMO = """
import json, shutil, sys
from pathlib import Path
from hub.cli.demo import STEPS
from hub.demo.stage import Stage
from hub.demo.telling import Teller

home, more = Path(sys.argv[1]), json.loads(sys.argv[2])


class Kept(Stage):
    def _write_settings(self):
        return super()._write_settings() | more


def special(folder, names):
    return [n for n in names if not (Path(folder, n).is_file() or Path(folder, n).is_dir())]


with Kept("ja") as stage:
    tell = Teller("ja", len(STEPS))
    for step in STEPS:
        step(stage, tell)
    texts = [each.text for each in stage.phone.messages]
    (home / "texts.json").write_text(json.dumps(texts))
    shutil.copytree(stage.folder, home / "var", ignore=special)
"""
OURS = ("hub.keys", "plugins.toml")
"""What the demo writes for itself: the keys, and the settings with the sandboxes' addresses."""
LINK = re.compile(r"/o/([\w-]{12})")
# RQ compresses what a job carries.
PACKED = re.compile(rb"x\x9c.{8,400}", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one demo left: files by name, its own lines, its processes' lines, the SMS it sent."""

    files: dict[str, bytes]
    shown: str
    logged: str
    texts: list[str]


def play(home: Path, **more: str) -> Played:
    """Play every step of `hub demo --once` and keep its folder as it is at the end."""
    home.mkdir()
    told = subprocess.run(
        [sys.executable, "-c", DEMO, str(home), json.dumps({"HUB_LOG_LEVEL": "DEBUG", **more})],
        env={**os.environ, "HUB_LANGUAGE": "ja"},
        capture_output=True,
        timeout=110,
        check=False,
    )
    assert told.returncode == 0, (told.stdout + told.stderr).decode()[-3000:]
    folder = home / "var"
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in OURS
    }
    return Played(
        files=files,
        shown=told.stdout.decode(),
        logged=told.stderr.decode(),
        texts=json.loads((home / "texts.json").read_text()),
    )


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("demo") / "sqlite")


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Played]:
    """The demo on PostgreSQL, with the server's own files: tables, write-ahead log, its log."""
    with psycopg.connect(host=postgres, user="postgres", autocommit=True) as link:
        link.execute("CREATE DATABASE demo TEMPLATE template0")
        url = f"postgresql+psycopg://postgres@/demo?host={postgres}"
        played = play(tmp_path_factory.mktemp("demo") / "postgresql", HUB_DATABASE_URL=url)
        link.execute("CHECKPOINT")
        row = link.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = 'demo'"
        ).fetchone()
        assert row
        home = Path(row[0])
        paths = [home / "base" / str(row[1]), home / "pg_wal", *home.glob("*log*")]
        for path in [each for top in paths for each in (top, *top.rglob("*"))]:
            if path.is_file():
                # What was never written of a segment of the log is zeros.
                written_ = path.read_bytes().rstrip(b"\0")
                played.files[f"postgresql/{path.relative_to(home)}"] = written_
        yield played
        link.execute("DROP DATABASE demo WITH (FORCE)")


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def played(request: pytest.FixtureRequest) -> Played:
    """One run of the demo on each database; all tests here look at the same."""
    found: Played = request.getfixturevalue(request.param)
    return found


def written(text: str) -> set[bytes]:
    """A text in every way a file may hold it."""
    escaped = json.dumps(text)[1:-1]
    return {
        text.encode(),
        text.encode("utf-16-le"),
        # Its first byte is half of most pages.
        text.encode("utf-16-be").lstrip(b"\0"),
        escaped.encode(),
        escaped.replace("\\", "\\\\").encode(),
        escaped.upper().replace("\\U", "\\u").encode(),
    }


def spelt(number: str, typed: str) -> set[str]:
    """A number as people and machines write it."""
    local = "0" + number.removeprefix("+81")
    parts = (local[:3], local[3:7], local[7:])
    return {number, number[1:], local, "-".join(parts), " ".join(parts), typed} - {local[1:]}


NUMBERS = {
    form: person.index
    for person in roster()
    if person.e164
    for number in spelt(person.e164, person.typed)
    if len(number) >= 10
    for form in written(number)
}
NAMES = {
    form: person.index
    for person in roster()
    for name in (
        person.name,
        person.name.replace("\u3000", " "),
        person.name.replace("\u3000", ""),
        person.kana,
    )
    for form in written(name)
}


def held(data: bytes, forms: dict[bytes, int]) -> set[int]:
    """Whose forms are in these bytes, by index: never the number or name itself."""
    unpacked = b"".join(map(inflated, PACKED.findall(data)))
    pattern = any_of(frozenset(forms))
    return {forms[each] for each in {*pattern.findall(data), *pattern.findall(unpacked)}}


@cache
def any_of(forms: frozenset[bytes]) -> re.Pattern[bytes]:
    """A pattern that finds any of these in one pass: they branch where they begin to differ."""
    return re.compile(_branches(sorted(forms)), re.DOTALL)


def _branches(forms: list[bytes]) -> bytes:
    if b"" in forms:
        return b""  # the shortest one is enough to be found
    found = []
    for first, some in groupby(forms, key=lambda form: form[:1]):
        found.append(re.escape(first) + _branches([form[1:] for form in some]))
    return found[0] if len(found) == 1 else b"(?:" + b"|".join(found) + b")"


def inflated(part: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(part)
    except zlib.error:
        return b""


def where(played: Played, forms: dict[bytes, int]) -> dict[str, set[int]]:
    found = {name: held(data, forms) for name, data in played.files.items()}
    return {name: whose for name, whose in found.items() if whose}


def test_the_demo_left_what_is_looked_at(played: Played):
    assert len(played.texts) > 50
    assert any(name.endswith(".aof") for name in played.files)
    store = [n for n in played.files if n.startswith(("hub.sqlite3", "postgresql/base"))]
    assert sum(len(played.files[name]) for name in store) > 100_000
    assert "DEBUG" in played.logged


def test_no_file_holds_a_number(played: Played):
    assert where(played, NUMBERS) == {}


def test_no_file_holds_a_name(played: Played):
    assert where(played, NAMES) == {}


def test_no_file_holds_the_text_of_an_sms_or_its_link(played: Played):
    texts = {form: at for at, text in enumerate(played.texts) for form in written(text)}
    links = {
        link.encode(): at for at, text in enumerate(played.texts) for link in LINK.findall(text)
    }
    assert links
    assert where(played, texts | links) == {}


def test_no_process_logs_a_number_a_name_or_a_text(played: Played):
    texts = {form: at for at, text in enumerate(played.texts) for form in written(text)}
    assert held(played.logged.encode(), NUMBERS | NAMES | texts) == set()
    assert not MOBILE.search(played.logged)


def test_the_terminal_shows_no_number_but_masked(played: Played):
    assert held(played.shown.encode(), NUMBERS) == set()
    assert not MOBILE.search(played.shown)


@pytest.mark.parametrize("form", ["utf-8", "utf-16-le", "utf-16-be", "escaped", "packed"])
def test_that_look_finds_what_it_looks_for(form: str):
    name, number = roster()[0].name, roster()[0].e164 or ""
    for text, forms in ((name, NAMES), (number, NUMBERS)):
        data = {
            "escaped": json.dumps(text).encode(),
            "packed": zlib.compress(f"a job for {text} and much more".encode()),
        }.get(form) or text.encode(form)
        assert held(b"before" + data + b"after", forms)
