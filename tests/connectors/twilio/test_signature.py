import hashlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio.sandbox.signing import signed
from connectors.twilio.signature import checked_fields, sign
from hub.sdk import Inbound, RefusedInbound, SecretText

# Published by Twilio in the tests of its own library (twilio-python, test_request_validator.py).
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
REPEATED = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
JSON = b'{"property": "value", "boolean": true}'
JSON_SHA256 = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"

TOKENS = [SecretText(TOKEN)]


def call(url=URL, fields=FIELDS, signature=SIGNATURE, body=None):
    return Inbound(
        method="POST",
        tail="",
        url=url,
        query={},
        headers={"x-twilio-signature": signature} if signature else {},
        body=urlencode(fields).encode() if body is None else body,
        received_at=datetime(2026, 1, 13, tzinfo=UTC),
    )


def refused(request, tokens=TOKENS):
    with pytest.raises(RefusedInbound) as caught:
        checked_fields(request, tokens)
    return caught.value.reason


def test_twilios_own_example_is_genuine():
    assert checked_fields(call(), TOKENS) == dict(FIELDS)


def test_a_repeated_name_counts_once_for_each_value():
    signature = "IK+Dwps556ElfBT0I3Rgjkr1wJU="

    assert checked_fields(call(fields=REPEATED, signature=signature), TOKENS)["Digits"] == "5678"
    twice = [*REPEATED, ("Digits", "1234")]
    assert checked_fields(call(fields=twice, signature=signature), TOKENS)


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),  # signed with :443
        (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),  # signed with :80
        (URL.replace(".com", ".com:443"), SIGNATURE),
        (URL.replace(".com", ".com:1234"), SIGNATURE),
        (URL.replace("https", "http").replace(".com", ".com:1234"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_the_port_may_be_signed_or_not(url, signature):
    assert checked_fields(call(url=url, signature=signature), TOKENS)


def test_http_in_place_of_https_is_refused():
    assert refused(call(url=URL.replace("https", "http"))) == "bad_signature"


def test_another_host_path_or_query_is_refused():
    for url in (URL.replace("mycompany", "mycompanx"), URL.replace("my", "My"), URL + "&x=1"):
        assert refused(call(url=url)) == "bad_signature"


def test_a_json_body_is_proven_by_its_hash_in_the_query():
    url = f"{URL}&bodySHA256={JSON_SHA256}"
    signature = "a9nBmqA0ju/hNViExpshrM61xv4="

    assert checked_fields(call(url=url, body=JSON, signature=signature), TOKENS) == {
        "property": "value"
    }
    changed = call(url=url, body=JSON.replace(b"value", b"other"), signature=signature)
    assert refused(changed) == "bad_signature"
    assert refused(call(url=url, body=JSON)) == "bad_signature"


def test_a_form_cannot_pass_as_json_by_a_hash_of_ones_own():
    body = urlencode(FIELDS).encode()
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"

    assert refused(call(url=url, body=body)) in ("malformed", "bad_signature")


def test_both_tokens_count_while_they_are_rotated():
    tokens = [SecretText("new"), SecretText(TOKEN)]

    assert checked_fields(call(), tokens)
    assert refused(call(), [SecretText("new")]) == "bad_signature"


def test_a_missing_signature_is_refused():
    assert refused(call(signature="")) == "bad_signature"
    assert refused(call(signature="é")) == "bad_signature"


@pytest.mark.parametrize("body", [b"\xff\xfe", "&".join(["a=1"] * 501).encode()])
def test_a_form_that_cannot_be_read_is_refused(body):
    assert refused(call(body=body)) in ("malformed", "bad_signature")


def test_empty_values_are_signed_too():
    fields = [("Body", ""), ("From", "+819012345678")]
    signature = sign(URL, fields, TOKEN)

    assert checked_fields(call(fields=fields, signature=signature), TOKENS)["Body"] == ""
    assert refused(call(fields=fields[1:], signature=signature)) == "bad_signature"


names = st.text("abAB+= あ", min_size=1, max_size=6)
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(fields=st.dictionaries(names, values, max_size=6), token=st.text("ab1", min_size=1))
def test_what_twilio_signs_is_genuine_and_nothing_else_is(fields, token):
    url = "https://sms.example.jp/in/sms/0b6f#rc=4&rp=5xx,ct,rt"
    headers, body = signed(url, fields, token)
    request = call(url=url.partition("#")[0], body=body, signature=headers["X-Twilio-Signature"])

    assert checked_fields(request, [SecretText(token)]) == fields
    more = call(url=request.url, body=body + b"&x=1", signature=headers["X-Twilio-Signature"])
    assert refused(more, [SecretText(token)]) == "bad_signature"
    assert refused(request, [SecretText(f"{token}x")]) == "bad_signature"
