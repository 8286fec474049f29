"""A storm of a few seconds over a whole hub. `python -m bench.chaos` is the same for minutes."""

import pytest

from bench.chaos.run import Plan, run

RUNS = [("sqlite", True, 1), ("postgresql", False, 2)]
"""Store, whether the gateway knows a key again, seed."""


@pytest.mark.parametrize(
    ("database", "by_key", "seed"), RUNS, ids=[f"{each[0]}-seed-{each[2]}" for each in RUNS]
)
def test_a_storm_loses_doubles_and_delays_nothing(database, by_key, seed):
    plan = Plan(
        seed=seed,
        messages=150,
        database=database,
        by_key=by_key,
        seconds=12,
        disturbances=8,
        wait=False,
    )
    story = [f"seed {seed}"]
    outcome = run(plan, story.append)
    told = "\n".join([*story, *outcome.lines()])
    assert not outcome.violations, told
    assert outcome.kills >= 3, f"the storm did nothing:\n{told}"
    assert {message.state for message in outcome.history.messages} >= {"delivered", "refused"}
    assert outcome.history.promises, told
