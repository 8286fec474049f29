import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.consent.entry import Method
from hub.consent.strength import strength

ALL_KNOWN = {"wording_known": True, "time_known": True, "source_known": True}


@pytest.mark.parametrize(
    ("method", "ticked", "expected"),
    [
        ("double_opt_in_sms", None, 5),
        ("double_opt_in_mail", None, 5),
        ("checkbox", False, 4),
        ("checkbox", None, 3),
        ("checkbox", True, 2),
        ("keyword", None, 4),
        ("page", None, 4),
        ("submit_deemed", None, 3),
        ("paper", None, 3),
        ("voice", None, 2),
        ("in_person", None, 2),
        ("import", None, 1),
        ("record_event", None, 1),
        ("telepathy", None, 1),
    ],
)
def test_each_method_proves_what_the_table_says(
    method: str, ticked: bool | None, expected: int
) -> None:
    assert strength(method, default_ticked=ticked, **ALL_KNOWN) == expected


@given(
    st.sampled_from([*Method, "other"]),
    st.sampled_from([True, False, None]),
    st.tuples(*[st.booleans()] * 4).filter(lambda known: not all(known)),
)
def test_what_lacks_time_purpose_or_source_opens_nothing(
    method: str, ticked: bool | None, known: tuple[bool, bool, bool, bool]
) -> None:
    wording, time, source, purpose = known
    result = strength(
        method,
        default_ticked=ticked,
        wording_known=wording,
        time_known=time,
        source_known=source,
        purpose_known=purpose,
    )
    if not (time and source and purpose):
        assert result == 1
    else:
        assert result <= 2


def test_what_an_agent_took_down_needs_no_wording() -> None:
    known = ALL_KNOWN | {"wording_known": False}
    assert strength(Method.PAPER, default_ticked=None, **known) == 2
