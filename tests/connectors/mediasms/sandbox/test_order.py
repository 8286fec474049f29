import pytest

from connectors.mediasms.sandbox.order import Order, refusal

TAKEN = {
    "username": "",
    "password": "",
    "mobilenumber": "09012345678",
    "smstext": "x",
    "smsid": "a1",
    "smstitle": "",
    "status": "1",
    "returnsms": "",
}


def code(**changes: object) -> str | None:
    long_text = bool(changes.pop("long_text", True))
    two_way = bool(changes.pop("two_way", True))
    return refusal(Order(**(TAKEN | changes)), long_text=long_text, two_way=two_way)


@pytest.mark.parametrize(
    "number",
    [
        "02012345678",
        "06012345678",
        "07012345678",
        "08012345678",
        "09012345678",
        "819012345678",
        "02001234567890",
        "09001234567890",
    ],
)
def test_the_numbers_of_the_vendors_page_are_taken(number):
    assert code(mobilenumber=number) is None


@pytest.mark.parametrize(
    "number",
    [
        "",
        "0312345678",
        "05012345678",
        "08001234567",
        "+819012345678",
        "090-1234-5678",
        "0901234567",
        "8190123456789",
        "09012345678x",
    ],
)
def test_any_other_number_is_560(number):
    assert code(mobilenumber=number) == "560"


@pytest.mark.parametrize(
    ("text", "long_text", "said"),
    [
        ("", True, "585"),
        (" \n　", True, "585"),
        ("髙", True, "585"),
        ("😀", True, "585"),
        ("a" * 140, False, None),
        ("a" * 141, False, "585"),
        ("a" * 138 + "\n", False, None),
        ("a" * 139 + "\n", False, "585"),
        ("あ" * 70, False, None),
        ("あ" * 71, False, "585"),
        ("あ" + "a" * 69, False, None),
        ("あ" + "a" * 70, False, "585"),
        ("あ" * 660, True, None),
        ("あ" * 661, True, "618"),
        ("あ" * 671, True, "585"),
        ("a" * 1340, True, None),
        ("a" * 1341, True, "585"),
    ],
)
def test_texts_are_measured_by_the_vendors_pages(text, long_text, said):
    assert code(smstext=text, long_text=long_text) == said


def test_results_and_replies_need_an_smsid():
    assert code(smsid="") == "574"
    assert code(smsid="", status="0") is None
    assert code(smsid="", status="0", returnsms="1") == "574"
    assert code(smsid="a-1") == "574"


def test_options_that_were_not_booked_or_are_none_are_refused():
    assert code(returnsms="1", two_way=False) == "595"
    assert code(status="2") == "573"
    assert code(smstitle="12345") == "580"
    assert code(smstitle="shop-1") is None
