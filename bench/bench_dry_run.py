"""A dry run of an advert to everybody, against the bare read of the same rows.

Half of the people consented and one in ten opted out. The baseline reads what the answer rests on
straight from the driver, decrypts nothing and decides nothing: the links, the ledger's entries,
the exclusions, the numbers as they are stored, and the names of those who consented. What the
ratio pays for is the gate's answer for each person, and the text of each who may get one, measured
in segments. The target is a quarter of the bare read, which is not reached (see docs/decisions,
0016), and 100,000 people in three seconds, which the second figure shows.

CPU time counts, for PostgreSQL with that of the server's processes. The last ratio is the memory
of a dry run over five times as many people.
"""

import os
import statistics
import tracemalloc
from collections.abc import Iterator

from pull_town import Postgresql, Sqlite, postgresql
from ratio import Ratio
from send_house import House, town_place

from hub.processes import settled
from hub.values.gateway import GatewayProfile, Outgoing, Receipt, ReceiptState

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
FEW = 4_000
ROUNDS = 3

_READS = (
    "SELECT id, connection_id, ref, contact_id, verdict, site_id, read_at, vanished_at,"
    " CASE WHEN verdict = 'consented' THEN name_enc END FROM link",
    "SELECT id, lookup, number_enc, created_at, legal_hold_at FROM contact",
    "SELECT seq, event_id, contact_id, purpose_key, event_type, ground, method, channel, strength,"
    " occurred_at, recorded_at, expires_at, connection_id, source_ref, exclusion_id FROM evidence",
    "SELECT id, contact_id, scope FROM exclusion WHERE lifted_at IS NULL",
)


class Gateway:
    """Takes what a dry run never sends."""

    profile = GatewayProfile(rate=100, burst=100, idempotency="key")

    def send(self, outgoing: Outgoing) -> Receipt:
        """Accept it."""
        return Receipt(state=ReceiptState.ACCEPTED)


def run() -> Iterator[Ratio]:
    """The same stores, in turns."""
    yield from _measured(Sqlite())
    with postgresql() as server:
        yield from _measured(server)
    yield Ratio(
        name="memory of five times as many",
        ours=_peak(5 * FEW),
        baseline=_peak(FEW),
        unit="MB",
        at_most=1.5,
    )


def _measured(kind: Sqlite | Postgresql) -> Iterator[Ratio]:
    times: dict[str, list[float]] = {}
    with kind.store() as url:
        house = House(town_place(url, PEOPLE), Gateway())
        settled()  # as `hub send --dry-run` does
        for _ in range(ROUNDS):
            for name, work in (("ours", _dry_run), ("bare", _bare)):
                start = kind.cpu()
                work(house)
                times.setdefault(name, []).append(PEOPLE / (kind.cpu() - start))
        house.db.close()
    yield Ratio(
        name=f"{kind.label}: people a second",
        ours=statistics.median(times["ours"]),
        baseline=statistics.median(times["bare"]),
        unit="people/s of CPU time",
        at_least=0.1,
    )
    yield Ratio(
        name=f"{kind.label}: seconds for 100,000, against those wanted",
        ours=100_000 / statistics.median(times["ours"]),
        baseline=3.0,
        unit="s of CPU time",
    )


def _dry_run(house: House) -> None:
    result = house.outbox.preview(house.order())
    assert sum(result.states.values()) == PEOPLE
    assert result.states["queued"] == PEOPLE // 2


def _bare(house: House) -> None:
    with house.db.read() as tx:
        counts = [len(tx.exec_driver_sql(statement).fetchall()) for statement in _READS]
    assert counts[:2] == [PEOPLE, PEOPLE]


def _peak(people: int) -> float:
    with Sqlite().store() as url:
        house = House(town_place(url, people), Gateway())
        tracemalloc.start()
        house.outbox.preview(house.order())
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        house.db.close()
    return peak
