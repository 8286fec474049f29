"""How soon sending goes on after a failure, of 10,000 messages under a storm, against a minute.

A history that breaks a rule ends the benchmark. BENCH_MESSAGES sends fewer, BENCH_SEED draws
another storm.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ratio import Ratio

# The processes of a run import this folder by its whole name.
sys.path.append(str(Path(__file__).parents[1]))

from bench.chaos.checker import PATIENCE
from bench.chaos.run import Plan
from bench.chaos.run import run as storm

RUNS = (("sqlite", True), ("postgresql", False))


def run() -> Iterator[Ratio]:
    messages = int(os.environ.get("BENCH_MESSAGES", "10000"))
    seed = int(os.environ.get("BENCH_SEED", "1"))
    for database, by_key in RUNS:
        outcome = storm(
            Plan(
                seed=seed,
                messages=messages,
                database=database,
                by_key=by_key,
                seconds=150,
                disturbances=40,
                wait=True,
            ),
            lambda line: None,
        )
        if outcome.violations:
            raise SystemExit("\n".join(outcome.lines()))
        yield Ratio(
            name=f"{database}, seed {seed}, {outcome.kills} kills: longest without a post",
            ours=max((pause.seconds for pause in outcome.history.pauses), default=0.0),
            baseline=PATIENCE,
            unit="s",
            at_most=1.0,
        )
