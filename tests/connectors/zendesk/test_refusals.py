# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's refusals, and what has to happen after each."""

import pytest

from connectors.zendesk.refusals import Refusal, Throttled, unexpected
from hub.sdk import AuthError, ConfigError, Connection, TransientError

DESK = Connection(name="desk", plugin="zendesk", label="問い合わせ窓口", settings={})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "RecordInvalid", "description": "090-1111-2222"}, "RecordInvalid"),
        ({"error": {"title": "Forbidden", "message": "x"}}, "Forbidden"),
        ({"error": "Couldn't authenticate you"}, ""),
        ({"errors": [{"code": "x"}]}, ""),
        (["rubbish"], ""),
        (None, ""),
    ],
)
def test_only_a_code_is_kept_of_a_refusal(body: object, code: str) -> None:
    assert Refusal.read(422, body) == Refusal(status=422, code=code)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "Forbidden", AuthError),
        (404, "InvalidEndpoint", ConfigError),
        (409, "UpdateConflict", TransientError),
        (400, "TooManyJobs", Throttled),
        (422, "RecordInvalid", ConfigError),
    ],
)
def test_each_refusal_says_what_has_to_happen_next(
    status: int, code: str, kind: type[Exception]
) -> None:
    error = unexpected(Refusal(status=status, code=code), DESK, "client_secret")

    assert type(error) is kind
    for sentence in (error.words.en, error.words.ja):
        assert "desk" in sentence or "問い合わせ窓口" in sentence
