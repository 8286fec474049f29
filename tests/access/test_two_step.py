"""Two-step: a code after the password, never the same twice; recovery codes; the reset."""

import sqlalchemy as sa

from hub.access import sessions, signin, two_step, users
from hub.access.signin import Entered, Wrong
from hub.access.throttle import Wait
from hub.store.tables import access as tables

from .newcomers import HERE, OTHER, PASSWORD, by, code_of, enter, invite, set_up, user


def test_with_two_step_a_password_gives_half_a_session_and_the_code_a_new_whole_one(
    db, cipher, clock, sato
):
    secret, _ = set_up(db, cipher, clock)
    half = enter(db, clock)
    assert half.browser is None
    assert sessions.half(sessions.find(db, half.session, clock()))
    whole = signin.second_step(db, cipher, half.session, code_of(secret, clock), HERE, clock())
    assert not sessions.half(sessions.find(db, whole.session, clock()))
    assert sessions.find(db, half.session, clock()) is None


def test_no_code_is_good_twice(db, cipher, clock, sato):
    secret, _ = set_up(db, cipher, clock)
    code = code_of(secret, clock)
    first, second = enter(db, clock), enter(db, clock)
    assert isinstance(signin.second_step(db, cipher, first.session, code, HERE, clock()), Entered)
    again = signin.second_step(db, cipher, second.session, code, HERE, clock())
    assert again == Wrong()


def test_a_recovery_code_is_good_once(db, cipher, clock, sato):
    _, shown = set_up(db, cipher, clock)
    code = shown.recovery_codes[3]
    found = [
        signin.second_step(db, cipher, enter(db, clock).session, code, HERE, clock())
        for _ in range(2)
    ]
    assert isinstance(found[0], Entered)
    assert found[1] == Wrong()
    with db.read() as tx:
        assert two_step.codes_left(tx, sato.id) == 9


def test_new_recovery_codes_make_the_old_ones_good_for_nothing(db, cipher, clock, sato):
    _, shown = set_up(db, cipher, clock)
    with db.write() as tx:
        fresh = two_step.renew_codes(tx, sato.id, by(clock))
    half = enter(db, clock).session
    old = signin.second_step(db, cipher, half, shown.recovery_codes[0], HERE, clock())
    assert old == Wrong()
    assert isinstance(signin.second_step(db, cipher, half, fresh[0], HERE, clock()), Entered)


def test_guessing_codes_is_slowed_down(db, cipher, clock, sato):
    set_up(db, cipher, clock)
    half = enter(db, clock).session
    found = [signin.second_step(db, cipher, half, "000000", HERE, clock()) for _ in range(6)]
    assert isinstance(found[-1], Wait)


def test_half_a_session_waits_ten_minutes(db, cipher, clock, sato):
    secret, _ = set_up(db, cipher, clock)
    half = enter(db, clock).session
    clock.advance(601)
    late = signin.second_step(db, cipher, half, code_of(secret, clock), HERE, clock())
    assert late == Wrong()


def test_setting_it_up_ends_sessions_that_never_gave_a_code(db, cipher, clock, sato):
    before = enter(db, clock).session
    _, shown = set_up(db, cipher, clock)
    assert sessions.find(db, before, clock()) is None
    assert sessions.find(db, shown.session, clock()).second_at is not None


def test_a_secret_in_force_is_shown_to_nobody_again(db, cipher, clock, sato):
    secret, shown = set_up(db, cipher, clock)
    assert two_step.secret(db, cipher, user(db)) is None
    session = sessions.find(db, shown.session, clock())
    assert two_step.confirm(db, cipher, session, code_of(secret, clock), HERE, clock()) is None


def test_neither_a_new_link_nor_the_terminals_gets_around_the_code(db, cipher, clock):
    made = invite(db, clock, "administrator", "administrator")
    users.accept(db, made.token, PASSWORD, HERE, clock())
    set_up(db, cipher, clock, "administrator")
    with db.write() as tx:
        again = users.new_link(tx, made.user_id, by(clock))
    by_link = users.accept(db, again.token, OTHER, HERE, clock()).session
    link = signin.administrator_link(db, clock(), "ja")
    by_terminal = signin.redeem(db, link, clock(), None)
    for token in (by_link, by_terminal):
        assert sessions.half(sessions.find(db, token, clock()))


def test_a_reset_takes_the_codes_away_and_ends_everything(db, cipher, clock, sato):
    _, shown = set_up(db, cipher, clock)
    with db.write() as tx:
        two_step.reset(tx, sato.id, by(clock))
    assert sessions.find(db, shown.session, clock()) is None
    assert not sessions.half(sessions.find(db, enter(db, clock).session, clock()))
    with db.read() as tx:
        assert two_step.codes_left(tx, sato.id) == 0


def test_the_store_holds_no_password_no_secret_and_no_code(db, cipher, clock, sato):
    secret, shown = set_up(db, cipher, clock)
    with db.read() as tx:
        held = repr(
            [
                [tuple(row) for row in tx.execute(sa.select(table))]
                for table in (tables.user, tables.recovery_code, tables.session, tables.audit)
            ]
        )
    for text in (PASSWORD, secret, shown.session, *shown.recovery_codes):
        assert text not in held
