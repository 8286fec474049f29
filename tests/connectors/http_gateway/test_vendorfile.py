import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from connectors import http_gateway
from connectors.http_gateway.settings import HttpSettings
from connectors.http_gateway.vendorfile import BUILT_IN, load, read
from hub.plugins.problems import problems_of
from hub.sdk import ConfigError, Connection

SMALL = """
name = "Kitsune SMS"
host = "api.kitsune.example"
number = "domestic"
auth = { kind = "none" }
answers = { code = "code", reference = "id" }
profile = { data_region = "jp" }
callback = { kind = "json" }
[send]
path = "/send"
fields = { to = "{number}", body = "{text}" }
rules = [{ status = [200], outcome = "accepted" }]
[reports]
reference = "id"
axes = ["state"]
states = [{ is = ["ok"], state = "delivered" }]
"""


def mistakes(text):
    """The place of each mistake with what to write, as an admin reads them."""
    with pytest.raises(ValidationError) as caught:
        read(text)
    problems = problems_of({"vendor": caught.value.messages}, ["vendor"])
    for problem in problems:
        assert problem.words.ja.strip()
        assert problem.words.en.strip()
    return {problem.key.removeprefix("vendor").strip("."): problem.words for problem in problems}


def test_a_small_file_is_a_vendor():
    vendor = read(SMALL)

    assert (vendor.name, vendor.send.method, vendor.look_up) == ("Kitsune SMS", "POST", None)
    assert vendor.needs == frozenset()


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_vendor_that_comes_with_the_hub_is_whole(name):
    vendor = load(name)

    assert vendor.needs == {"account", "service", "token"}
    assert vendor.callback
    assert vendor.look_up
    assert vendor.profile.idempotency in ("key", "lookup")


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('host = "api.kitsune.example"', 'host = "https://api.kitsune.example"', "host", "host"),
        ('host = "api.kitsune.example"', 'host = "127.0.0.1"', "host", "host name alone"),
        ('host = "api.kitsune.example"', 'host = "localhost"', "host", "host name alone"),
        ('host = "api.kitsune.example"', 'host = "db.internal"', "host", "host name alone"),
        ('host = "api.kitsune.example"', 'host = "{account}.example"', "host", "host name alone"),
        ('host = "api.kitsune.example"', "", "host", "is missing"),
        ('number = "domestic"', 'number = "local"', "number", "domestic, international, e164"),
        ('"{number}"', '"{phone}"', "send.fields.to", "{number}, {text}"),
        ('"{number}"', '"{number.__class__}"', "send.fields.to", "only these"),
        ('"{number}"', '"{number"', "send.fields.to", "only these"),
        ('"{text}"', '"fixed"', "send.fields", "{text}"),
        ('path = "/send"', 'path = "//other.example/send"', None, None),
        ('path = "/send"', 'path = "send"', "send.path", "slash"),
        ('path = "/send"', 'path = "/a/../b"', "send.path", "slash"),
        ('path = "/send"', 'path = "/{text}/{key}/{other}"', "send.path", "only these"),
        ('path = "/send"', 'path = "/{number}"', "send.path", "only these"),
        ('path = "/send"', 'method = "GET"\npath = "/send"', "send.method", "POST or PUT"),
        ("status = [200], ", "", "send.rules.0.outcome", "which answers"),
        ('outcome = "accepted"', 'outcome = "yes"', "send.rules.0.outcome", "accepted"),
        ('outcome = "accepted"', 'outcome = "rejected"', "send.rules", "accepted"),
        ("status = [200]", 'status = ["200"]', "send.rules.0.status.0", "whole number"),
        ('code = "code"', 'code = "a b"', "answers.code", "where the value sits"),
        ('code = "code"', 'kode = "code"', "answers.kode", "code, message, reference, units"),
        ('state = "delivered"', 'state = "done"', "reports.states.0.state", "delivered"),
        ('is = ["ok"]', 'is = ["ok", "*"]', "reports.states.0.is", "1 values"),
        ('reference = "id"\naxes', "axes", "reports.reference", "reference or key"),
        ('kind = "json"', 'kind = "xml"', "callback.kind", "json_in_form"),
        ('kind = "json"', 'kind = "json_in_form"', "callback.field", "holds the JSON"),
        ('kind = "json"', 'kind = "json", addresses = ["x"]', "callback.addresses", "IP"),
        ('data_region = "jp"', 'idempotency = "key", data_region = "jp"', "send.fields", "{key}"),
        ('data_region = "jp"', "rate = 1", "profile.data_region", "is missing"),
        ('kind = "none"', 'kind = "header"', "auth.header", "name the header"),
        ('kind = "none"', 'kind = "header", header = "Host"', "auth.header", "hub's"),
        ('name = "Kitsune SMS"', "name = 5", "name", "double quotes"),
        ('name = "Kitsune SMS"', "name = ", "", "no TOML"),
    ],
)
def test_each_mistake_is_named_by_its_place_with_what_to_write(old, new, place, said):
    assert SMALL.count(old) >= 1
    text = SMALL.replace(old, new, 1)
    if place is None:
        assert read(text).host == "api.kitsune.example"
        return

    told = mistakes(text)

    assert place in told, told
    assert said in told[place].en


def test_all_mistakes_are_told_at_once():
    told = mistakes(SMALL.replace('"domestic"', '"x"').replace('"none"', '"x"'))

    assert set(told) == {"number", "auth.kind"}


def test_a_key_that_is_not_refused_twice_is_no_key():
    text = SMALL.replace('body = "{text}"', 'body = "{text}", ref = "{key}"').replace(
        'data_region = "jp"', 'data_region = "jp", idempotency = "key"'
    )

    assert "repeated" in mistakes(text)["send.rules"].en


def test_to_look_up_there_must_be_a_way_to_ask():
    text = SMALL.replace('body = "{text}"', 'body = "{text}", ref = "{key}"').replace(
        'data_region = "jp"', 'data_region = "jp", idempotency = "lookup"'
    )

    assert "look_up" in mistakes(text)


def test_no_sentence_shows_what_stands_in_the_file():
    told = mistakes(SMALL.replace('"{number}"', '"{hunter2}"').replace('"/send"', '"hunter2"'))

    assert "hunter2" not in str(told)


@pytest.mark.parametrize("path", ["nowhere", "vendor.toml", "/etc/passwd", "/no/such/file.toml"])
def test_what_is_no_vendor_file_is_refused_before_anything_is_read_of_it(path):
    with pytest.raises(ValidationError) as caught:
        HttpSettings().load({"vendor": path})

    assert set(caught.value.messages) == {"vendor"}


def test_a_file_of_ones_own_is_named_by_its_path(tmp_path):
    file = tmp_path / "kitsune.toml"
    file.write_text(SMALL, encoding="utf-8")

    assert HttpSettings().load({"vendor": str(file)})["vendor"] == str(file)


def test_a_file_that_was_broken_later_names_the_setting(tmp_path):
    file = tmp_path / "kitsune.toml"
    file.write_text(SMALL, encoding="utf-8")
    settings = HttpSettings().load({"vendor": str(file)})
    file.write_text("name =", encoding="utf-8")
    connection = Connection(name="sms", plugin="http_gateway", label="Fox", settings=settings)

    with pytest.raises(ConfigError) as caught:
        http_gateway.message_gateway(connection)

    assert caught.value.key == "vendor"
    assert "Fox" in caught.value.words.en


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path):
    for content in (b"#" * 70_000, b"\xff\xfe"):
        file = tmp_path / "x.toml"
        file.write_bytes(content)
        with pytest.raises(ValidationError):
            load(str(file))


def test_a_vendor_needs_the_settings_that_its_file_uses():
    with pytest.raises(ValidationError) as caught:
        HttpSettings().load({"vendor": "karaden", "account": "t"})

    assert set(caught.value.messages) == {"service", "token"}


_values = st.recursive(
    st.text(max_size=12) | st.integers() | st.booleans() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.data())
def test_whatever_stands_in_a_file_it_is_a_vendor_or_a_list_of_places(data):
    from connectors.http_gateway.schema import VendorFile
    from connectors.http_gateway.vendorfile import _worded

    place = files("connectors.http_gateway").joinpath("vendors", "karaden.toml")
    raw = tomllib.loads(place.read_text(encoding="utf-8"))
    table = data.draw(st.sampled_from([raw, raw["send"], raw["reports"], raw["profile"]]))
    table[data.draw(st.sampled_from(sorted(table)) | st.text(max_size=8))] = data.draw(_values)
    try:
        told = VendorFile().load(raw).host
    except ValidationError as exc:
        told = problems_of({"vendor": _worded(exc.messages, VendorFile())}, ["vendor"])
    assert told
