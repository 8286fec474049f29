"""The files of this repository, for the tests that look at all of them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
GENERATED = {
    ".git", ".venv", "node_modules", "__pycache__", "build", "dist", "var",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache",
}  # fmt: skip


def listed_by_git() -> list[Path]:
    """The files git knows or would add; none where this is no checkout."""
    git = shutil.which("git")
    if git is None:
        return []
    listed = subprocess.run(
        [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def on_disk() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not GENERATED & set(path.relative_to(ROOT).parts):
            yield path


FILES = listed_by_git() or list(on_disk())
PYTHON = [path for path in FILES if path.suffix == ".py"]
OURS = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in ("hub", "connectors")]
MANUALS = [path for path in FILES if path.suffix == ".md"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
