"""Forms in versions: what people saw stays known, and what is shown has one name."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.consent import forms, purposes
from hub.errors import ConfigError
from hub.store.database import Database
from hub.store.forms import FormContent, FormTexts

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
SENDER = {"name": "サンプル商店"}
CONTENT = FormContent(
    texts={"ja": FormTexts(title="お知らせ", wording="同意します。", frequency="月2回")},
    purposes=("campaign",),
    privacy_notice_url="https://www.example.jp/privacy",
    privacy_notice_version="1",
    double_opt_in=False,
    gateway_id=None,
    origins=(),
    site_id=None,
)


@pytest.fixture
def db(store_url: str):
    database = Database(store_url)
    with database.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールのご案内", NOW)
    yield database
    database.close()


def publish(db: Database, key: str = "news", **changes: object) -> forms.Form:
    with db.write() as tx:
        content = replace(CONTENT, **changes)
        return forms.publish(tx, key=key, content=content, by="test", now=NOW)


def test_the_same_content_again_is_the_same_version(db: Database):
    assert publish(db) == publish(db)


def test_an_older_version_stays_as_people_saw_it(db: Database):
    old = publish(db)
    new = publish(db, privacy_notice_version="2")
    assert (old.version, new.version) == (1, 2)
    with db.read() as tx:
        assert forms.version(tx, old.id) == old
        assert forms.find(tx, "news") == new


def test_a_retired_form_is_not_found_until_it_is_published_again(db: Database):
    publish(db)
    with db.write() as tx:
        assert forms.retire(tx, "news", "test", NOW)
        assert forms.find(tx, "news") is None
        assert [form.key for form in forms.every(tx)] == ["news"]
    publish(db)
    with db.read() as tx:
        assert forms.find(tx, "news") is not None


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("language", {"texts": {}}),
        ("wording", {"texts": {"ja": FormTexts(title="x", wording=" ", frequency="")}}),
        ("title", {"texts": {"ja": FormTexts(title="x\0", wording="x", frequency="")}}),
        ("purpose", {"purposes": ()}),
        ("purpose", {"purposes": ("campaign", "nothing")}),
        ("privacy_notice", {"privacy_notice_url": "ftp://example.jp"}),
        ("privacy_notice", {"privacy_notice_version": ""}),
        ("gateway", {"double_opt_in": True}),
        ("origin", {"origins": ("https://example.jp/page",)}),
        ("origin", {"origins": ("*",)}),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_field(db: Database, key: str, changes: dict):
    with pytest.raises(ConfigError) as caught:
        publish(db, **changes)
    assert caught.value.key == key


def test_the_purpose_of_codes_is_no_purpose_to_agree_to(db: Database):
    with db.write() as tx:
        purposes.ensure(tx, "consent_confirmation", "transactional", "x", "x", NOW)
    with pytest.raises(ConfigError, match="purpose"):
        publish(db, purposes=("consent_confirmation",))


def test_whatever_bears_on_consent_changes_the_name_of_what_is_shown(db: Database):
    def digest(form: forms.Form, sender: dict[str, str] = SENDER) -> str:
        with db.read() as tx:
            return forms.shown_digest(form, "ja", forms.purposes_of(tx, form), sender)

    form = publish(db)
    seen = {digest(form), digest(form, {"name": "別の会社"})}
    seen.add(digest(publish(db, privacy_notice_version="2")))
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "毎日のご案内", NOW)
    with db.read() as tx:
        newest = forms.find(tx, "news")
    assert newest is not None
    seen.add(digest(newest))
    assert len(seen) == 4
    assert digest(newest) == digest(newest)


@given(st.text(alphabet="https:/;, '*.example-jp0123456789\n", max_size=40))
def test_an_origin_never_ends_a_directive_of_a_content_policy(text: str):
    if forms.is_origin(text):
        assert not set(text) & set(";, '*\n")
        assert text.startswith(("http://", "https://"))
