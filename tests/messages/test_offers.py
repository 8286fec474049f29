import pytest

from hub.messages.offers import WORDS, find_offers
from hub.messages.templates import parse

OWN = ["https://sms.example.jp"]


def codes(body: str) -> list[str]:
    return [finding.code for finding in find_offers(parse(body), OWN)]


@pytest.mark.parametrize(
    "word",
    [
        "セール",
        "３割引",
        "20%OFF",
        "500円オフ",
        "クーポン",
        "ポイントUP",
        "ポイント5倍",
        "お得",
        "新発売",
        "Winter SALE",
        "discount",
        "coupon",
    ],
)
def test_a_notice_with_an_offer_is_flagged(word):
    assert codes(f"ご予約は明日10時です。{word}のご案内") == ["transactional_with_offer"]


@pytest.mark.parametrize(
    "link",
    [
        "https://shop.example.com/spring",
        "http://sms.example.jp.evil.example/x",
        "shop.example.com",
        "https://bit.ly/x",
    ],
)
def test_a_notice_with_a_link_to_elsewhere_is_flagged(link):
    assert codes(f"ご予約は明日です {link} をご覧ください") == ["transactional_with_link"]


@pytest.mark.parametrize(
    "body",
    [
        "{{name}}様 ご予約は明日10時です。変更は03-0000-0000へ",
        "ご予約の確認: https://sms.example.jp/r/abc",
        "配信停止: {{opt_out_url}} 送信者: {{sender_page}}",
        "商品を発送しました。お問い合わせ番号は1234です。",
        "officeへお越しください",
        "wholesale部門の田中です",
        "会員ポイントの残高は100です",
    ],
)
def test_a_plain_notice_is_left_alone(body):
    assert codes(body) == []


def test_what_was_found_is_named_so_that_a_person_can_judge():
    (offer, link) = find_offers(parse("セール https://shop.example.com/a?b=c"), OWN)
    assert (offer.level, link.level) == ("warning", "warning")
    assert "セール" in offer.words.ja
    assert "shop.example.com" in link.words.en
    assert "b=c" not in link.words.en


def test_every_code_has_a_sentence_in_both_languages():
    assert all("{about}" in words.ja and "{about}" in words.en for words in WORDS.values())
