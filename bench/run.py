"""Runs the benchmarks: `python bench/run.py [NAME …] [--json]`. See bench/README.md."""

import argparse
import importlib.util
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from ratio import Ratio

HERE = Path(__file__).parent


def found(folder: Path, names: list[str]) -> list[Path]:
    """The files of the benchmarks with these names, all of them without a name, sorted.

    Raises SystemExit with a sentence where a name fits none.
    """
    files = {path.stem.removeprefix("bench_"): path for path in sorted(folder.glob("bench_*.py"))}
    unknown = sorted(set(names) - set(files))
    if unknown:
        known = ", ".join(files) or "none yet"
        raise SystemExit(f"No benchmark is called {', '.join(unknown)}. There are: {known}.")
    return [path for name, path in files.items() if not names or name in names]


def measure(path: Path) -> list[Ratio]:
    """Import one benchmark and give its ratios. Called in a process of its own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return list(module.run())


def main() -> int:
    """Run and print; 0 where every ratio is inside of its bounds, else 1."""
    parser = argparse.ArgumentParser(description="Benchmarks, as ratios within one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="bench_NAME.py; default: all")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument("--folder", type=Path, default=HERE, help=argparse.SUPPRESS)
    wanted = parser.parse_args()

    # A fresh process for each, so that memory and caches of one do not colour the next.
    fresh = multiprocessing.get_context("spawn")
    results: dict[str, list[Ratio]] = {}
    for path in found(wanted.folder, wanted.names):
        if not wanted.json:
            print(path.stem.removeprefix("bench_"), flush=True)
        with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
            ratios = pool.submit(measure, path).result()
        results[path.stem.removeprefix("bench_")] = ratios
        if not wanted.json:
            print("\n".join(ratio.line() for ratio in ratios), flush=True)

    broken = [f"{name}: {r.name}" for name, ratios in results.items() for r in ratios if not r.kept]
    if wanted.json:
        print(
            json.dumps(
                {
                    name: [asdict(r) | {"ratio": r.value, "kept": r.kept} for r in ratios]
                    for name, ratios in results.items()
                },
                ensure_ascii=False,
            )
        )
    elif not results:
        print("No benchmark here yet.")
    if broken:
        print(f"Out of bounds: {'; '.join(broken)}. Compare with the last run.", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
