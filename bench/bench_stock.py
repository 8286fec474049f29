"""Taking stock of everybody against the bare read of the same rows, on SQLite in this process.

The baseline reads the links, the ledger's entries and the exclusions it all rests on, straight
from the driver, and decides nothing. Half of the people consented and one in ten opted out. What
the ratio pays for is the gate's answer for each of them, and what makes it: rows in the ledger's
order, one standing a number.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator

from pull_town import NOW, Place, Sqlite, Town
from ratio import Ratio

from hub.consent import purposes, stock
from hub.consent.policy import Policy

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
ROUNDS = 3


def run() -> Iterator[Ratio]:
    """The same store, in turns."""
    with Sqlite().store() as url:
        place = Place(url, Town(PEOPLE, ready=False))
        with place.db.write() as tx:
            purposes.ensure(tx, "campaign", "promotional", "案内", "キャンペーンの案内", NOW)
        place.pull()
        times: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, work in (("ours", _stock), ("bare", _bare)):
                start = time.process_time()
                work(place)
                times.setdefault(name, []).append(PEOPLE / (time.process_time() - start))
        place.db.close()
    yield Ratio(
        name="people a second",
        ours=statistics.median(times["ours"]),
        baseline=statistics.median(times["bare"]),
        unit="people/s of CPU time",
        at_least=0.08,
    )


def _stock(place: Place) -> None:
    with place.db.read() as tx:
        known = purposes.every(tx)
        (found,) = stock.take(tx, place.id, known, Policy(), NOW)
    assert found.count("may", "waits", "barred", "no_number") == PEOPLE


def _bare(place: Place) -> None:
    read: Callable[[str], int]
    with place.db.read() as tx:

        def read(statement: str) -> int:
            return len(tx.exec_driver_sql(statement).fetchall())

        assert read("SELECT id, ref, contact_id, verdict FROM link") == PEOPLE
        read("SELECT * FROM evidence WHERE purpose_key IN ('campaign', 'promotional', 'all')")
        read("SELECT * FROM exclusion WHERE lifted_at IS NULL")
