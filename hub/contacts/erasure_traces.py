"""When the database's files are written anew, so that erased bytes are not in them any more.

Nobody can write meanwhile, opt-outs included. A small store is done at once, which takes a second
or two; a large one at night.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.store import cleansing
from hub.store.database import Database

AT_ONCE = 256 * 1024 * 1024
"""Bytes up to which a store is written anew by day."""

_NIGHT = range(2, 5)
_JAPAN = ZoneInfo("Asia/Tokyo")


def take_out(db: Database, now: datetime, *, by_day: bool) -> bool | None:
    """Take erased bytes out where that is due and the hour allows it.

    With `by_day` a small store is done at any hour. Give whether it was possible; None where
    nothing was erased since the last time, or it has to wait for the night. Raises
    StoreUnavailable.
    """
    with db.read() as tx:
        if cleansing.noted(tx) is None:
            return None
    if now.astimezone(_JAPAN).hour in _NIGHT or (by_day and cleansing.size(db) <= AT_ONCE):
        return cleansing.cleanse(db)
    return None
