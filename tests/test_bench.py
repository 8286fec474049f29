"""The runner of the benchmarks, on benchmarks of a line each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).parents[1] / "bench" / "run.py"

FAST = """
from ratio import Ratio

def run():
    yield Ratio(name="parse", ours=9, baseline=3, unit="rows/s", at_least=2)
    yield Ratio(name="page", ours=30, baseline=20, unit="ms", at_most=2)
"""
SLOW = FAST.replace("ours=9", "ours=4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bench_fast.py").write_text(FAST)
    (tmp_path / "bench_slow.py").write_text(SLOW)
    return tmp_path


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(RUNNER), "--folder", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ratio_inside_of_its_bounds_passes(folder):
    ended = bench(folder, "fast")
    assert ended.returncode == 0
    assert "parse: 9.0 against 3.0 rows/s = 3.00x (at least 2)" in ended.stdout
    assert "page: 30.0 against 20.0 ms = 1.50x (at most 2)" in ended.stdout


def test_a_ratio_under_its_floor_fails_the_run_and_is_named(folder):
    ended = bench(folder)
    assert ended.returncode == 1
    assert "Out of bounds: slow: parse." in ended.stderr


def test_json_holds_every_ratio(folder):
    report = json.loads(bench(folder, "--json").stdout)
    assert [(r["name"], r["ratio"], r["kept"]) for r in report["fast"]] == [
        ("parse", 3.0, True),
        ("page", 1.5, True),
    ]
    assert report["slow"][0]["kept"] is False


def test_an_unknown_name_is_told_with_the_known_ones(folder):
    ended = bench(folder, "fsat")
    assert ended.returncode == 1
    assert "No benchmark is called fsat. There are: fast, slow." in ended.stderr


def test_the_example_of_the_manual_runs(tmp_path):
    manual = (RUNNER.parent / "README.md").read_text()
    example = manual.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "bench_example.py").write_text(example)
    assert bench(tmp_path).returncode == 0
