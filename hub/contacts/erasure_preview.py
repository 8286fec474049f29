"""What an erasure would take and what would stay, before it is ordered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.store import erasure, erasure_aim
from hub.store.database import Database
from hub.store.erasure_aim import Aim

PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How many people are meant, and what of them goes and stays.

    Of `people` the `in_part` ones keep what others have of them, and the `held` ones keep
    everything while their legal hold stands. `goes` counts numbers, records with name or
    attributes, texts, replies, events, proofs (numbers and addresses in the ledger) and waiting
    messages; `stays` the entries of the ledger and the standing exclusions.
    """

    people: int
    in_part: int
    held: int
    goes: Mapping[str, int]
    stays: Mapping[str, int]


def preview(db: Database, aim: Aim, now: datetime) -> Preview:
    """Count what an erasure that began now would do; nothing is changed."""
    after = people = in_part = held = 0
    goes: Counter[str] = Counter()
    stays: Counter[str] = Counter()
    while True:
        with db.read() as tx:
            ids = erasure_aim.choose(tx, aim, after, PAGE)
            if not ids:
                break
            chosen = erasure_aim.judge(tx, aim, ids)
            whole = [each.contact_id for each in chosen if each.whole and not each.held]
            part = [each.contact_id for each in chosen if not each.whole and not each.held]
            goes.update(erasure.count(tx, aim, whole, part, now))
            goes["messages"] += erasure_aim.count_waiting(tx, aim, whole, part)
            stays.update(erasure.kept(tx, ids))
        after = ids[-1]
        people += len(ids)
        in_part += len(part)
        held += sum(each.held for each in chosen)
    return Preview(people=people, in_part=in_part, held=held, goes=dict(+goes), stays=dict(+stays))
