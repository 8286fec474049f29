"""What a record of consent lacks to prove as much as advertising needs. Pure."""

from hub.consent.entry import Method
from hub.consent.strength import strength


def lacking(
    method: Method,
    *,
    default_ticked: bool | None,
    wording_known: bool,
    time_known: bool,
    wanted: int,
) -> tuple[str, ...]:
    """Give the fields that would have to be there; empty where the record is strong enough.

    `occurred_at`, `wording`: nobody said them; `default_ticked`: nobody said that the box came
    unticked, or it did not. `method`: this way of agreeing
    proves too little even when all is known.
    """
    known = {
        "default_ticked": default_ticked,
        "wording_known": wording_known,
        "time_known": time_known,
    }
    if _strength(method, **known) >= wanted:
        return ()
    best = {**known, "wording_known": True, "time_known": True}
    if method is Method.CHECKBOX and default_ticked is not False:
        best["default_ticked"] = False
    if _strength(method, **best) < wanted:
        return ("method",)
    names = {"time_known": "occurred_at", "wording_known": "wording"}
    found = [
        names.get(field, field)
        for field in ("time_known", "wording_known", "default_ticked")
        if best[field] != known[field]
        and _strength(method, **{**best, field: known[field]}) < wanted
    ]
    return tuple(found)


def _strength(
    method: Method,
    *,
    default_ticked: bool | None,
    wording_known: bool | None,
    time_known: bool | None,
) -> int:
    return strength(
        method,
        default_ticked=default_ticked,
        wording_known=bool(wording_known),
        time_known=bool(time_known),
        source_known=True,
    )
