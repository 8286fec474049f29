import os
import threading
import time

import pytest

from hub.errors import AuthError, PluginBug, TransientError
from hub.plugins.guard import Guard

NUMBER = "09012345678"


def raise_(error: BaseException) -> None:
    raise error


def test_an_answer_comes_back_from_another_thread() -> None:
    answer = Guard().call("crm", "check_connection", threading.get_ident)

    assert answer != threading.get_ident()


def test_the_next_call_uses_the_same_thread() -> None:
    guard = Guard()

    threads = {guard.call("crm", "x", threading.get_ident) for _ in range(50)}

    assert len(threads) == 1


@pytest.mark.parametrize("ask", ["call", "inline"])
def test_errors_a_plugin_may_raise_pass_through(ask: str) -> None:
    with pytest.raises(TransientError) as caught:
        getattr(Guard(), ask)("crm", "x", raise_, TransientError("Later.", retry_after=7))

    assert caught.value.retry_after == 7


@pytest.mark.parametrize("ask", ["call", "inline"])
@pytest.mark.parametrize(
    "error", [ValueError(NUMBER), SystemExit(NUMBER), BaseException(NUMBER), MemoryError(NUMBER)]
)
def test_any_other_error_names_owner_call_kind_and_place_but_never_its_text(
    ask: str, error: BaseException
) -> None:
    with pytest.raises(PluginBug) as caught:
        getattr(Guard(), ask)("crm (acme)", "contact_source.get", raise_, error)

    said = caught.value.words
    for words in (said.en, said.ja):
        assert "crm (acme)" in words
        assert "contact_source.get" in words
        assert type(error).__name__ in words
        assert "test_guard.py line 14" in words
        assert NUMBER not in words
    assert "send this sentence to its maker" in said.en


@pytest.mark.parametrize("ask", ["call", "inline"])
def test_what_an_error_was_caused_by_does_not_leave_the_guard(ask: str) -> None:
    def sign_in() -> None:
        try:
            raise OSError(NUMBER)
        except OSError as exc:
            raise AuthError("Sign in again.") from exc

    with pytest.raises(AuthError) as caught:
        getattr(Guard(), ask)("crm", "x", sign_in)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_interrupt_of_the_caller_is_not_the_plugins_error() -> None:
    with pytest.raises(KeyboardInterrupt):
        Guard().inline("crm", "x", raise_, KeyboardInterrupt())


def test_a_call_that_hangs_ends_at_its_limit_and_says_so() -> None:
    guard = Guard()
    let_go = threading.Event()

    started = time.monotonic()
    with pytest.raises(PluginBug, match=r"check_connection did not come back within 0\.1 seconds"):
        guard.call("crm", "check_connection", let_go.wait, limit=0.1)

    assert time.monotonic() - started < 2
    assert guard.lost("crm") == 1
    let_go.set()


def test_an_owner_with_too_many_hanging_calls_is_not_asked_any_more_and_others_are() -> None:
    guard = Guard(limit=0.05, most_hung=2)
    let_go = threading.Event()
    for _ in range(2):
        with pytest.raises(PluginBug, match="did not come back"):
            guard.call("crm", "x", let_go.wait)

    with pytest.raises(PluginBug, match="too many earlier calls never came back"):
        guard.call("crm", "x", int)

    assert guard.call("support", "x", int) == 0
    let_go.set()


def test_an_owner_is_asked_again_once_its_hanging_calls_came_back() -> None:
    guard = Guard(limit=0.05, most_hung=1)
    let_go = threading.Event()
    with pytest.raises(PluginBug):
        guard.call("crm", "x", let_go.wait)

    let_go.set()
    for _ in range(200):
        if not guard.lost("crm"):
            break
        time.sleep(0.01)

    assert guard.call("crm", "x", int) == 0


def test_calls_of_many_threads_do_not_mix_their_answers() -> None:
    guard = Guard()
    wrong = []

    def ask(number: int) -> None:
        answers = [guard.call("crm", "x", lambda given: given, number) for _ in range(200)]
        wrong.extend(answer for answer in answers if answer != number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_gets_answers_too() -> None:
    guard = Guard(limit=5)
    guard.call("crm", "x", int)
    read, write = os.pipe()

    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(guard.call("crm", "x", lambda: 42)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(read, 10) == b"42"


def test_a_call_costs_little() -> None:
    guard = Guard()

    def many() -> float:
        started = time.perf_counter()
        for _ in range(2_000):
            guard.call("crm", "x", int)
        return (time.perf_counter() - started) / 2_000

    # The aim is 60 microseconds; a machine that runs other tests meanwhile is allowed more.
    assert min(many() for _ in range(3)) < 300e-6
