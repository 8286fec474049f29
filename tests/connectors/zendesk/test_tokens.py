# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth tokens, kept on the connection's shelf until they expire."""

from connectors.zendesk.tokens import KeptToken, Token
from hub.sdk import MemoryShelf

ACME = ("https://acme.zendesk.com", "hub", "sesame")
OTHER = ("https://acme.zendesk.com", "hub", "another")


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
    mint = Mint()
    kept = KeptToken(MemoryShelf(lambda: now), ACME, lambda: now)

    assert kept.get(mint) == kept.get(mint) == "token-1"
    now = 541.0
    assert kept.get(mint) == "token-2"


def test_the_next_job_finds_the_token_on_the_shelf_until_it_ends() -> None:
    now = 0.0
    shelf, mint = MemoryShelf(lambda: now), Mint()
    KeptToken(shelf, ACME, lambda: now).get(mint)

    now = 539.0
    assert KeptToken(shelf, ACME, lambda: now).get(mint) == "token-1"
    now = 541.0
    assert KeptToken(shelf, ACME, lambda: now).get(mint) == "token-2"


def test_a_token_that_lives_less_than_a_minute_is_not_kept() -> None:
    shelf, mint = MemoryShelf(), Mint(good_for=30.0)
    KeptToken(shelf, ACME).get(mint)

    assert KeptToken(shelf, ACME).get(mint) == "token-2"


def test_clients_do_not_share_a_token() -> None:
    shelf, mint = MemoryShelf(), Mint()

    assert KeptToken(shelf, ACME).get(mint) != KeptToken(shelf, OTHER).get(mint)


def test_a_refused_token_is_dropped_and_a_newer_one_stays() -> None:
    shelf, mint = MemoryShelf(), Mint()
    one, other = KeptToken(shelf, ACME), KeptToken(shelf, ACME)
    assert one.get(mint) == other.get(mint) == "token-1"
    one.forget()
    assert one.get(mint) == "token-2"
    other.forget()

    assert other.get(mint) == "token-2"


def test_what_is_no_token_on_the_shelf_is_none() -> None:
    class Odd(MemoryShelf):
        def get(self, key: str) -> str | None:
            return '["soon"]'

    assert KeptToken(Odd(), ACME).get(Mint()) == "token-1"


def test_a_token_does_not_show_itself() -> None:
    assert "sesame" not in repr(Token(text="sesame", good_for=1.0))
