"""A whole pull on SQLite and on PostgreSQL against the plain path, in the same run.

The plain path does the same work the usual way (`pull_plain.py`): marshmallow for each record,
`phonenumbers` for each number, SQLAlchemy Core statements for a page of rows. Both encrypt, and
the first pull of both writes evidence and exclusions. Half of the people consented and one in ten
opted out. Pages come ready made, so the platform's part is in neither.

`full re-read` is everything read anew with no news in it: normalise, check, encrypt, upsert, as
`performance.md` counts a pull. `first pull` adds the evidence and the opt-outs, `nothing new` is a
page of known versions. All is measured by CPU time, for PostgreSQL with that of the server's
processes: what else runs on the machine would change the clock's figures by half. `slow platform`
is a pull by the clock from one that takes 200 ms for a page, against that waiting and the same
pull without it, one after the other. The last ratio is the memory of a pull of five times as many
people.

The target is three times the plain path. Half of the time of a first pull goes into hashing,
encrypting and storing rows, which costs the plain path as much.
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
    yield from _measured(Sqlite(), town)
    with postgresql() as server:
        yield from _measured(server, town)
    yield _slow()
    yield Ratio(
        name="memory of five times as many",
        ours=_peak(5 * PAGE * 3),
        baseline=_peak(PAGE * 3),
        unit="MB",
        at_most=1.5,
    )


def _measured(kind: Sqlite | Postgresql, town: Town) -> Iterator[Ratio]:
    """Each round makes both stores anew and measures them in turns."""
    times: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], None]) -> None:
        start = kind.cpu()
        work()
        times.setdefault(name, []).append(town.people / (kind.cpu() - start))

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
        ("full re-read", "again", "plain again", 3.3),
        ("first pull, with evidence", "first", "plain first", kind.first_pull),
        ("nothing new", "known", "plain again", 5.0),
    ):
        yield Ratio(
            name=f"{kind.label}: {name}",
            ours=middle[ours],
            baseline=middle[baseline],
            unit="rows/s of CPU time",
            at_least=at_least,
        )


def _slow() -> Ratio:
    """The waiting alone and the storing alone, added, over both at once."""
    pages = 5
    town = Town(pages * PAGE, ready=True)
    seconds = {}
    for wait in (0.0, 0.2):
        town.wait = wait
        with Sqlite().store() as url:
            place = Place(url, town)
            start = time.perf_counter()
            place.pull()
            seconds[wait] = time.perf_counter() - start
            place.db.close()
    return Ratio(
        name="SQLite: slow platform, read while storing",
        ours=town.people / seconds[0.2],
        baseline=town.people / (seconds[0.0] + pages * 0.2),
        unit="rows/s",
        at_least=1.0,
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
