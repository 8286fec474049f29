# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth tokens, kept until they expire."""

from threading import Barrier, Thread

from connectors.zendesk.tokens import Token, TokenShelf


class Mint:
    """Counts what it makes."""

    def __init__(self, good_for: float = 600.0) -> None:
        self.made = 0
        self.good_for = good_for

    def __call__(self) -> Token:
        self.made += 1
        return Token(text=f"token-{self.made}", good_for=self.good_for)


def test_a_token_is_minted_once_and_anew_a_minute_before_it_ends() -> None:
    now = 0.0
    shelf, mint = TokenShelf(lambda: now), Mint()

    assert shelf.get("acme", mint) == shelf.get("acme", mint) == "token-1"
    now = 541.0
    assert shelf.get("acme", mint) == "token-2"


def test_clients_do_not_share_a_token() -> None:
    shelf, mint = TokenShelf(), Mint()

    assert shelf.get("acme", mint) != shelf.get("other", mint)


def test_a_refused_token_is_dropped_and_a_newer_one_stays() -> None:
    shelf, mint = TokenShelf(), Mint()
    first = shelf.get("acme", mint)
    shelf.forget("acme", first)
    second = shelf.get("acme", mint)
    shelf.forget("acme", first)

    assert shelf.get("acme", mint) == second == "token-2"


def test_threads_that_ask_at_once_get_one_token() -> None:
    shelf, mint, start = TokenShelf(), Mint(), Barrier(8)
    got: list[str] = []

    def ask() -> None:
        start.wait()
        got.append(shelf.get("acme", mint))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["token-1"] * 8


def test_a_token_does_not_show_itself() -> None:
    assert "sesame" not in repr(Token(text="sesame", good_for=1.0))
