import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox_gateway.sandbox.links import addresses, linkify

pieces = st.sampled_from(
    ["http://", "https://", "x.example/a", "<script>", '"', "'", "&amp;", "javascript:", "。", ")"]
)
texts = st.lists(pieces | st.text(max_size=4)).map("".join)


@pytest.mark.parametrize(
    ("text", "tapped"),
    [
        ("停止はhttps://h.example/u/Ab3から", ["https://h.example/u/Ab3"]),
        ("見る:http://h.example/p?a=1&b=2。", ["http://h.example/p?a=1&b=2"]),
        (
            "(https://h.example/x) と https://h.example/y.",
            ["https://h.example/x", "https://h.example/y"],
        ),
        ("https://h.example/a_(b)", ["https://h.example/a_(b)"]),
        ("javascript:alert(1) ftp://h.example", []),
        ("http:// だけ", []),
        ("http://)", []),
    ],
)
def test_an_address_ends_where_a_handset_ends_it(text, tapped):
    assert addresses(text) == tapped
    assert linkify(text).count("<a ") == len(tapped)


@given(texts)
def test_the_text_stays_what_it_was_and_holds_no_tags_but_links(text):
    html = str(linkify(text))

    bare = re.sub(
        r'<a href="https?://[^"<>]+" target="_blank" rel="noopener noreferrer">', "", html
    )
    bare = bare.replace("</a>", "")
    assert "<" not in bare
    assert '"' not in bare
    assert unescape(bare) == text
