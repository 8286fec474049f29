"""Users come by invitation, sign in by password, and leave at once when told to."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.access import allow_list, sessions, signin, two_step, users
from hub.access.sessions import Visitor
from hub.access.signin import Entered, Wrong
from hub.access.throttle import Wait
from hub.errors import ConfigError
from hub.store import access, audit
from hub.store.audit import AuditFilter
from hub.store.tables import access as tables
from hub.values.words import Words

from .newcomers import HERE, OTHER, PASSWORD, STRANGER, by, enter, invite, set_up, user


def actions(db):
    with db.read() as tx:
        return [row.action for row in audit.stream(tx, AuditFilter())]


# ---- invitations -----------------------------------------------------------------------------


def test_an_invitation_sets_a_password_once(db, clock):
    made = invite(db, clock)
    entered = users.accept(db, made.token, PASSWORD, HERE, clock())
    assert sessions.find(db, entered.session, clock()).user.login == "sato"
    assert users.accept(db, made.token, OTHER, HERE, clock()) is None
    assert isinstance(enter(db, clock), Entered)


def test_a_bad_password_does_not_use_the_invitation_up(db, clock):
    made = invite(db, clock)
    assert isinstance(users.accept(db, made.token, "password1234", HERE, clock()), Words)
    assert isinstance(users.accept(db, made.token, PASSWORD, HERE, clock()), Entered)


def test_an_invitation_is_good_for_72_hours(db, clock):
    first, second = invite(db, clock), invite(db, clock, "suzuki")
    clock.advance(72 * 3600 - 1)
    assert isinstance(users.accept(db, first.token, PASSWORD, HERE, clock()), Entered)
    clock.advance(1)
    assert users.accept(db, second.token, PASSWORD, HERE, clock()) is None


def test_a_new_link_makes_the_old_one_good_for_nothing(db, clock):
    old = invite(db, clock)
    with db.write() as tx:
        new = users.new_link(tx, old.user_id, by(clock))
    assert users.accept(db, old.token, PASSWORD, HERE, clock()) is None
    assert isinstance(users.accept(db, new.token, PASSWORD, HERE, clock()), Entered)


def test_an_invitation_is_no_sign_in_link_and_the_other_way_round(db, clock):
    made = invite(db, clock)
    assert signin.redeem(db, made.token, clock(), None) is None
    link = signin.administrator_link(db, clock(), "ja")
    assert users.accept(db, link, PASSWORD, HERE, clock()) is None


def test_a_new_password_by_a_link_ends_the_sessions_that_were_there(db, clock, sato):
    before = enter(db, clock).session
    with db.write() as tx:
        made = users.new_link(tx, sato.id, by(clock))
    users.accept(db, made.token, OTHER, HERE, clock())
    assert sessions.find(db, before, clock()) is None
    assert isinstance(enter(db, clock), Wrong)


@pytest.mark.parametrize("login", ["", "x", "a b", "佐藤", "../x", "x" * 101, "a\nb"])
def test_an_odd_login_is_refused(db, clock, login):
    with pytest.raises(ConfigError):
        invite(db, clock, login)


def test_a_login_is_one_whatever_its_case(db, clock):
    invite(db, clock, "Sato@Example.jp")
    with pytest.raises(ConfigError):
        invite(db, clock, "sato@example.JP")


# ---- signing in ------------------------------------------------------------------------------


def test_whatever_is_wrong_the_answer_is_the_same(db, clock, sato):
    invite(db, clock, "invited")
    with db.write() as tx:
        users.disable(tx, user(db, "invited"), by(clock))
    for login, password in (("sato", OTHER), ("nobody", PASSWORD), ("invited", PASSWORD)):
        assert enter(db, clock, password, login, STRANGER) == Wrong()


def test_unknown_logins_wait_like_known_ones(db, clock, sato):
    found = []
    for login in ("sato", "nobody"):
        who = Visitor(address=f"198.51.100.{len(found)}")
        found.append([enter(db, clock, OTHER, login, who) for _ in range(7)])
    assert found[0] == found[1]
    assert isinstance(found[0][-1], Wait)


def test_a_stranger_does_not_keep_the_user_out(db, clock, sato):
    browser = enter(db, clock).browser
    for _ in range(12):
        clock.advance(900)
        enter(db, clock, OTHER, who=STRANGER)
    assert isinstance(enter(db, clock, who=STRANGER), Wait)
    assert isinstance(enter(db, clock, who=HERE), Entered)
    travelling = Visitor(address=STRANGER.address, browser=browser)
    assert isinstance(enter(db, clock, who=travelling), Entered)


def test_a_browser_somebody_else_is_known_by_is_not_known_for_this_user(db, clock, sato):
    users.accept(db, invite(db, clock, "eve").token, OTHER, STRANGER, clock())
    browser = enter(db, clock, OTHER, "eve", STRANGER).browser
    eve = Visitor(address=STRANGER.address, browser=browser)
    found = [enter(db, clock, OTHER, who=eve) for _ in range(10)]
    found += [enter(db, clock, OTHER, who=STRANGER)]
    assert [each for each in found if isinstance(each, Wait)]
    assert isinstance(enter(db, clock, who=HERE), Entered)


def test_a_flood_of_failures_leaves_a_few_rows_that_count_it(db, clock, sato):
    for _ in range(40):
        clock.advance(900)
        enter(db, clock, OTHER, who=STRANGER)
    with db.read() as tx:
        rows = list(audit.stream(tx, AuditFilter(action="sign_in.failed")))
    assert [row.detail["failures"] for row in rows] == [1, 2, 4, 8, 16, 32]
    assert {row.object for row in rows} == {f"user:{sato.id}"}


def test_from_an_address_off_the_list_the_right_password_is_as_wrong_as_any(db, clock, sato):
    with db.write() as tx:
        allow_list.put(tx, "operator", ["192.0.2.0/24"], by(clock))
    assert enter(db, clock, who=STRANGER) == Wrong()
    assert isinstance(enter(db, clock, who=HERE), Entered)


def test_a_disabled_user_is_out_at_once_and_stays_so_when_enabled_again(db, clock, sato):
    before = enter(db, clock).session
    with db.write() as tx:
        users.disable(tx, sato, by(clock))
    assert sessions.find(db, before, clock()) is None
    assert isinstance(enter(db, clock), Wrong)
    with db.write() as tx:
        users.enable(tx, sato, by(clock))
    assert sessions.find(db, before, clock()) is None
    assert isinstance(enter(db, clock), Entered)


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(db, clock, sato):
    mine, other = (enter(db, clock).session for _ in range(2))
    change = (db, user(db), OTHER, "sea otter four lunches", HERE, clock(), mine)
    assert users.change_password(*change) == users.WRONG_PASSWORD
    good = (db, user(db), PASSWORD, OTHER, HERE, clock(), mine)
    assert users.change_password(*good) is None
    assert sessions.find(db, mine, clock())
    assert sessions.find(db, other, clock()) is None
    assert isinstance(enter(db, clock, OTHER), Entered)


def test_guessing_the_old_password_in_a_session_is_slowed_down(db, clock, sato):
    mine = enter(db, clock).session
    for _ in range(6):
        found = users.change_password(db, user(db), OTHER, OTHER + "x", HERE, clock(), mine)
    assert isinstance(found, Wait)


# ---- sessions --------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended_one_by_one_and_all_at_once(db, clock, sato):
    tokens = [enter(db, clock).session for _ in range(3)]
    with db.write() as tx:
        listed = sessions.living(tx, sato, clock())
        assert {each.agent for each in listed} == {"Browser 1"}
        mine = sessions.find(db, tokens[0], clock())
        assert mine
    with db.write() as tx:
        assert sessions.end(tx, sato.id, mine.name, by(clock))
        assert not sessions.end(tx, sato.id, mine.name, by(clock))
        assert not sessions.end(tx, sato.id + 1, listed[1].name, by(clock))
    assert sessions.find(db, tokens[0], clock()) is None
    with db.write() as tx:
        assert sessions.end_all(tx, sato.id, by(clock), but=tokens[1]) == 1
    assert [bool(sessions.find(db, each, clock())) for each in tokens] == [False, True, False]


def test_where_somebody_signed_in_from_is_forgotten_after_half_a_year(db, clock, sato):
    enter(db, clock)
    clock.advance(181 * 24 * 60 * 60)
    enter(db, clock)
    with db.read() as tx:
        for table, column in ((tables.session, "created_at"), (tables.known_browser, "seen_at")):
            rows = list(tx.execute(sa.select(table.c[column])).scalars())
            assert rows == [clock()]


# ---- the last administrator ------------------------------------------------------------------


def test_the_last_administrator_is_neither_disabled_nor_made_an_operator(db, clock):
    for login in ("one", "two"):
        token = invite(db, clock, login, "administrator").token
        users.accept(db, token, PASSWORD, HERE, clock())
    invite(db, clock, "three", "administrator")
    with db.write() as tx:
        users.disable(tx, user(db, "two"), by(clock))
    for act in (
        lambda tx: users.disable(tx, user(db, "one"), by(clock)),
        lambda tx: users.set_role(tx, user(db, "one"), "operator", by(clock)),
    ):
        with pytest.raises(ConfigError), db.write() as tx:
            act(tx)
    assert user(db, "one").role == "administrator"


def test_the_terminal_tells_when_its_link_would_open_nothing(db, clock):
    signin.administrator_link(db, clock(), "ja")
    with db.write() as tx:
        access.change_user(tx, user(db, "administrator").id, role="operator")
    with pytest.raises(ConfigError, match="hub user role administrator administrator"):
        signin.administrator_link(db, clock(), "ja")


def test_everything_leaves_a_row(db, cipher, clock, sato):
    set_up(db, cipher, clock)
    with db.write() as tx:
        users.set_sites(tx, sato, [], by(clock))
        users.set_rights(tx, sato, ["export"], by(clock))
        two_step.demand(tx, True, by(clock))
    assert {
        "user.invited", "password.set", "signed_out", "signed_in", "two_step.set_up",
        "user.sites_changed", "user.rights_changed", "two_step.demanded",
    } <= set(actions(db))  # fmt: skip
    assert timedelta(hours=72) == users.INVITATION_LIFE
