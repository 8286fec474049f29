"""Columns that entries share are put together once, and nothing of one gets into another."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.consent.clear import ClearColumns
from hub.consent.documents import kept
from hub.consent.entry import Entry, EventType, Ground, Method

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
TEXTS = {("同意します。", "wording"): kept("同意します。", "wording")}

few = st.sampled_from
times = st.none() | few([NOW, NOW - timedelta(days=3)])
entries = st.fixed_dictionaries(
    {
        "event_type": few(EventType),
        "ground": few(Ground),
        "contact_id": st.integers(1, 3),
        "purpose_key": few(["campaign", "promotional"]),
        "method": few(Method),
        "actor": few(["connection:crm", "user:1", "長" * 300]),
        "strength": st.integers(1, 4),
        "scope": few([(), ("promotional",)]),
        "default_ticked": few([None, True, False]),
        "wording": few([None, "同意します。"]),
        "form_url": few([None, "https://example.jp/form"]),
        "occurred_at": times,
        "expires_at": times,
        "connection_id": few([None, 1]),
        "source_ref": few([None, "12:1", "12:2"]),
        "source_value": few([None, "許諾する", "yes\0"]),
        "exclusion_id": few([None, 7]),
        "personal": few([{}, {"number": "+819012345678"}]),
    }
).map(lambda values: Entry(**values))


@given(st.lists(entries, max_size=12))
def test_entries_written_together_have_the_columns_they_have_alone(given_: list[Entry]) -> None:
    together = ClearColumns(TEXTS, {}, NOW)
    for seq, entry in enumerate(given_):
        alone = ClearColumns(TEXTS, {}, NOW)
        assert together.of(entry, None, seq, "id") == alone.of(entry, None, seq, "id")


def test_nothing_personal_is_among_the_columns() -> None:
    entry = Entry(
        event_type=EventType.GIVEN,
        ground=Ground.CONSENT,
        contact_id=1,
        purpose_key="campaign",
        method=Method.CHECKBOX,
        actor="connection:crm",
        personal={"number": "+819012345678"},
    )
    columns = ClearColumns({}, {}, NOW).of(entry, None, 1, "id")
    assert "+819012345678" not in repr(columns)
    assert "+819012345678" not in repr(entry)
