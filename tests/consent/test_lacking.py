"""What a record of consent lacks is what would make it strong enough, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from hub.consent.entry import Method
from hub.consent.lacking import lacking
from hub.consent.strength import strength

TICKED = st.sampled_from([None, True, False])


def proves(method, ticked, wording, time) -> int:
    return strength(
        method,
        default_ticked=ticked,
        wording_known=wording,
        time_known=time,
        source_known=True,
    )


@given(st.sampled_from(list(Method)), TICKED, st.booleans(), st.booleans(), st.integers(1, 5))
def test_nothing_is_lacking_exactly_where_it_is_strong_enough(
    method, ticked, wording, time, wanted
):
    found = lacking(
        method, default_ticked=ticked, wording_known=wording, time_known=time, wanted=wanted
    )
    assert (found == ()) is (proves(method, ticked, wording, time) >= wanted)


@given(st.sampled_from(list(Method)), TICKED, st.booleans(), st.booleans(), st.integers(1, 5))
def test_filling_in_what_is_lacking_makes_it_strong_enough(method, ticked, wording, time, wanted):
    found = lacking(
        method, default_ticked=ticked, wording_known=wording, time_known=time, wanted=wanted
    )
    if found == ("method",):
        return
    ticked = False if "default_ticked" in found else ticked
    assert proves(
        method, ticked, wording or "wording" in found, time or "occurred_at" in found
    ) >= (wanted)
