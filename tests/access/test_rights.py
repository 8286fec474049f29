"""Who may do what, and whose people somebody sees."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.rights import RIGHTS, Act, may, sees, sites_of
from hub.store.access import UserRow

SITES = st.frozensets(st.integers(1, 5))


def user(role="operator", **values):
    return UserRow(id=1, login="x", label="x", role=role, language="ja", **values)


@pytest.mark.parametrize("act", Act)
def test_an_administrator_may_everything(act):
    assert may(user("administrator"), act)


@pytest.mark.parametrize("act", [Act.ADMINISTER, Act.SEE_NUMBERS, Act.EXPORT, Act.SEND_FREE_TEXT])
def test_an_operator_may_not_what_was_not_granted(act):
    assert not may(user(), act)


@pytest.mark.parametrize("act", [Act.OWN_ACCOUNT, Act.LOOK, Act.SEND])
def test_an_operator_looks_and_sends(act):
    assert may(user(), act)


@given(st.sets(st.sampled_from([*RIGHTS, "administer", "nonsense"])))
def test_a_right_gives_that_right_and_no_other(rights):
    found = {act for act in Act if may(user(rights=tuple(rights)), act)}
    assert found == {Act.OWN_ACCOUNT, Act.LOOK, Act.SEND} | (rights & set(RIGHTS))


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", ["administrator", "operator", "guest"])
def test_the_disabled_and_unknown_roles_may_nothing(role, act):
    gone = datetime(2026, 1, 1, tzinfo=UTC)
    assert not may(user(role, disabled_at=gone, rights=tuple(RIGHTS)), act)
    assert role != "guest" or not may(user(role, rights=tuple(RIGHTS)), act)


@given(SITES, st.lists(st.none() | st.integers(1, 5)))
def test_an_operator_sees_what_shares_a_site_and_nothing_without_one(own, of):
    assert sees(user(sites=own), of) == bool(own & set(of))


@given(SITES, st.lists(st.none() | st.integers(1, 5)))
def test_an_administrator_sees_all_sites(own, of):
    assert sees(user("administrator", sites=own), of)
    assert sites_of(user("administrator", sites=own)) is None
