"""A whole pull on SQLite and on PostgreSQL against the plain path, in the same run.

The plain path does the same work the usual way (`pull_plain.py`): marshmallow for each record,
`phonenumbers` for each number, SQLAlchemy Core statements for a page of rows. Both encrypt, and
the first pull of both writes evidence and exclusions. Half of the people consented and one in ten
opted out. Pages come ready made, so the platform's part is in neither.

`full re-read` is everything read anew with no news in it: normalise, check, encrypt, upsert, as
`performance.md` counts a pull. `first pull` adds the evidence and the opt-outs, `nothing new` is a
page of known versions. SQLite works in this very process and is measured by CPU time; PostgreSQL
by the clock, since its own work counts too. The last ratio is the memory of a pull of five times
as many people.

The target is three times the plain path. The first pull stays under it: half of its time goes into
hashing, encrypting and storing rows, and that costs the plain path as much.
"""

import gc
import os
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator

from pull_plain import Plain
from pull_town import PAGE, Place, Postgresql, Sqlite, Town, postgresql
from ratio import Ratio

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
ROUNDS = 3


def run() -> Iterator[Ratio]:
    """Both databases, then the memory."""
    town = Town(PEOPLE, ready=True)
    # The ready records are the platform's: looking through them again and again is no one's work.
    gc.collect()
    gc.freeze()
    yield from _measured(Sqlite(), town, time.process_time, "rows/s of CPU time")
    with postgresql() as server:
        yield from _measured(server, town, time.perf_counter, "rows/s")
    yield Ratio(
        name="memory of five times as many",
        ours=_peak(5 * PAGE * 4),
        baseline=_peak(PAGE * 4),
        unit="MB",
        at_most=1.5,
    )


def _measured(
    kind: Sqlite | Postgresql, town: Town, clock: Callable[[], float], unit: str
) -> Iterator[Ratio]:
    """Each round makes both stores anew and measures them in turns."""
    times: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], None]) -> None:
        start = clock()
        work()
        times.setdefault(name, []).append(town.people / (clock() - start))

    for _ in range(ROUNDS):
        with kind.store() as ours, kind.store() as theirs:
            place, plain = Place(ours, town), Plain(Place(theirs, town), town)
            timed("first", place.pull)
            timed("plain first", lambda plain=plain: plain.pull(evidence=True))
            place.forget(basis=True)
            timed("again", place.pull)
            timed("plain again", lambda plain=plain: plain.pull(evidence=False))
            place.forget(basis=False)
            timed("known", place.pull)
            place.db.close()
            plain.place.db.close()
    middle = {name: statistics.median(figures) for name, figures in times.items()}
    for name, ours, baseline, at_least in (
        ("full re-read", "again", "plain again", 3.0),
        ("first pull, with evidence", "first", "plain first", kind.first_pull),
        ("nothing new", "known", "plain again", 3.0),
    ):
        yield Ratio(
            name=f"{kind.label}: {name}",
            ours=middle[ours],
            baseline=middle[baseline],
            unit=unit,
            at_least=at_least,
        )


def _peak(people: int) -> float:
    with Sqlite().store() as url:
        place = Place(url, Town(people, ready=False))
        tracemalloc.start()
        place.pull()
        peak = tracemalloc.get_traced_memory()[1] / 1_000_000
        tracemalloc.stop()
        place.db.close()
        return peak
