import re
from typing import Any

import sqlalchemy as sa

from hub.optout import tokens
from hub.store.tables.optouts import opt_out_token


def issue(world: Any) -> str:
    with world.db.write() as tx:
        return tokens.issue(
            tx,
            contact_id=world.contact_id,
            message_id=None,
            purpose_key="campaign",
            last_digits="5678",
            now=world.now,
        )


def test_a_token_is_twelve_url_safe_characters_and_leads_to_its_reader(world: Any) -> None:
    token = issue(world)
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", token)
    with world.db.read() as tx:
        row = tokens.find(tx, token)
    assert row is not None
    assert (row.contact_id, row.last_digits, row.used_at) == (world.contact_id, "5678", None)


def test_only_its_hash_is_stored(world: Any) -> None:
    token = issue(world)
    with world.db.read() as tx:
        stored = tx.execute(sa.select(opt_out_token)).one()
    assert token.encode() not in stored.token_hash
    assert not any(token in repr(value) for value in stored)


def test_a_token_nobody_was_given_leads_nowhere(world: Any) -> None:
    issue(world)
    with world.db.read() as tx:
        for token in ("", "x", "AAAAAAAAAAAA", "AAAAAAAAAAA\0", "あ" * 12, "A" * 5000):
            assert tokens.find(tx, token) is None


def test_a_token_goes_on_working_after_its_use(world: Any) -> None:
    token = issue(world)
    with world.db.write() as tx:
        row = tokens.find(tx, token)
        assert row is not None
        tokens.used(tx, row, world.now)
        again = tokens.find(tx, token)
    assert again is not None
    assert again.used_at == world.now


def test_drawn_tokens_differ() -> None:
    assert len({tokens.draw() for _ in range(1000)}) == 1000
