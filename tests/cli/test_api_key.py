"""`hub api-key`: shown once, listed by prefix, ended at once."""

import pytest


def test_a_key_is_printed_once_and_nowhere_else(deployed):
    told = deployed("api-key", "create", "--label", "shop", "--scope", "consents:write")
    key = told.out.strip()
    assert key.startswith("hub_")
    assert "not shown again" in told.err
    listed = deployed("api-key", "list").out
    assert key not in listed
    assert key.split("_")[1] in listed
    assert "in force" in listed


def test_a_revoked_key_is_listed_as_such(deployed):
    made = deployed("api-key", "create", "--label", "x", "--scope", "consents:read", "--json").json
    assert deployed("api-key", "revoke", made["prefix"]).code == 0
    assert deployed("api-key", "revoke", made["prefix"]).code == 1
    (row,) = deployed("api-key", "list", "--json").json
    assert row["revoked_at"]
    assert "revoked" in deployed("api-key", "list").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--label", "x"), 2),
        (("--label", "x", "--scope", "everything"), 2),
        (("--label", " ", "--scope", "consents:read"), 1),
        (("--label", "x", "--scope", "consents:read", "--address", "here"), 1),
        (("--label", "x", "--scope", "consents:read", "--expires", "2020-01-01"), 1),
    ],
)
def test_a_key_that_cannot_be_made_is_told(deployed, words: tuple[str, ...], code: int):
    assert deployed("api-key", "create", *words).code == code
    assert deployed("api-key", "list", "--json").json == []
