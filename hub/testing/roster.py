"""The made-up people every sandbox shares.

Each person follows from an index alone, so the same index is the same person in every platform,
in every run and on every machine, and a million people need no more memory than one.
Names, wordings and addresses are invented; the numbers have the shape of Japanese numbers and
belong to nobody we know of (Japan reserves no range for fiction), so they go to sandboxes only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from hub.testing.names import FAMILIES, GIVENS

MOST_PEOPLE = 1_000_000

_FIRST_CONSENT = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
_SUFFIXES = 10_000_000
_WORDINGS = (
    "お得な情報・キャンペーンのご案内をSMSで受け取ることに同意します。",
    "当店からのお知らせ(広告を含みます)をSMSでお送りすることに同意します。",
)
_STORES = ("東京", "大阪", "名古屋", "福岡", "札幌")
_SOURCES = ("来店時の申込書", "会員登録フォーム", "電話での申込")
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


class Verdict(StrEnum):
    """What the platforms say about a person's consent, as of January 2026."""

    CONSENTED = "consented"
    NOT_CONSENTED = "not_consented"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NumberKind(StrEnum):
    """What kind of number a person's record holds."""

    MOBILE = "mobile"
    MOBILE_060 = "mobile_060"
    LANDLINE = "landline"
    IP_050 = "ip_050"
    MALFORMED = "malformed"
    MASKED = "masked"


class SalesforceKind(StrEnum):
    """Which Salesforce object holds a person."""

    CONTACT = "contact"
    LEAD = "lead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One made-up customer.

    `typed` is the number as somebody typed it into the platform and `e164` the mobile number it
    means (E.164), or None where no SMS can go there. `shares_with` is the index of the other
    person who has the same number. Times are UTC, cut to the minute.
    A consented person with `consented_at` None has a lone tick box and no other evidence.
    """

    index: int
    family: str
    given: str
    family_kana: str
    given_kana: str
    typed: str = field(repr=False)
    e164: str | None = field(repr=False)
    number_kind: NumberKind
    shares_with: int | None
    verdict: Verdict
    consented_at: datetime | None
    consent_source: str
    wording: str
    consent_until: date | None
    withdrawn_at: datetime | None
    store: str
    email: str = field(repr=False)
    visit_at: datetime
    salesforce: SalesforceKind | None
    zendesk: bool

    @property
    def name(self) -> str:
        """Family and given name with an ideographic space between, as Japanese forms store it."""
        return f"{self.family}\u3000{self.given}"

    @property
    def kana(self) -> str:
        """The reading of the name in full-width katakana."""
        return f"{self.family_kana}\u3000{self.given_kana}"

    @property
    def customer_code(self) -> str:
        """The company's own code for this person, the same in every platform: C0000001."""
        return f"C{self.index:07d}"


def roster(people: int = 200) -> list[Person]:
    """The first `people` persons. Raises ValueError above one million or below one."""
    return list(walk(people))


def walk(people: int = 200) -> Iterator[Person]:
    """The same persons one by one, in flat memory. Raises ValueError as `roster` does."""
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"The roster has 1 to {MOST_PEOPLE:,} people. Ask for a count within it.")
    return map(person, range(1, people + 1))


def person(index: int) -> Person:
    """The person with this index, which starts at 1."""
    family, family_kana = FAMILIES[index % len(FAMILIES)]
    given, given_kana = GIVENS[index * 5 % len(GIVENS)]
    partner = shares_with(index)
    kind = number_kind(index)
    verdict = verdict_of(index)
    asked = verdict is not Verdict.NOT_CONSENTED
    evidence = asked and index % 10 != 5
    # Expired consents begin in the first half of 2025, so that all have ended by January 2026.
    days = index * 37 % (170 if verdict is Verdict.EXPIRED else 350)
    consented_at = _FIRST_CONSENT + timedelta(days=days, minutes=index * 13 % 540)
    return Person(
        index=index,
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        typed=_typed(index, kind),
        e164=_e164(index, kind),
        number_kind=kind,
        shares_with=partner,
        verdict=verdict,
        consented_at=consented_at if evidence else None,
        consent_source=_SOURCES[index % len(_SOURCES)] if evidence else "",
        wording=_WORDINGS[index % len(_WORDINGS)] if evidence else "",
        consent_until=_until(index, verdict),
        withdrawn_at=(consented_at + timedelta(days=10) if verdict is Verdict.WITHDRAWN else None),
        store=_STORES[index % len(_STORES)],
        email=f"customer{index:07d}@example.com",
        visit_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC) + timedelta(hours=index * 5 % 600),
        salesforce=_salesforce(index),
        zendesk=index % 3 == 1,
    )


def verdict_of(index: int) -> Verdict:
    """The verdict of the person with this index: of ten, five consented and one withdrew."""
    match index % 10:
        case 4:
            return Verdict.WITHDRAWN
        case 9:
            return Verdict.EXPIRED
        case 0 | 2 | 6:
            return Verdict.NOT_CONSENTED
        case _:
            return Verdict.CONSENTED


def shares_with(index: int) -> int | None:
    """The index of the person with the same number, or None.

    Of each fifty people two pairs share: 7 and 8, who both agreed, and 33 and 34, of whom one
    agreed and one withdrew.
    """
    return {7: index + 1, 8: index - 1, 33: index + 1, 34: index - 1}.get(index % 50)


def number_kind(index: int) -> NumberKind:
    """The kind of number the person with this index has."""
    if shares_with(index) is not None:
        return NumberKind.MOBILE
    match index % 40:
        case 15 | 31:
            return NumberKind.MOBILE_060
        case 11 | 22:
            return NumberKind.LANDLINE
        case 12 | 23:
            return NumberKind.IP_050
        case 13 | 36 | 37:
            return NumberKind.MALFORMED
        case 26 | 38:
            return NumberKind.MASKED
        case _:
            return NumberKind.MOBILE


def count(people: int, verdict: Verdict) -> int:
    """How many of the first `people` persons have this verdict; costs no walk over them."""
    return sum(
        people // 10 + (1 if 1 <= rest <= people % 10 else 0)
        for rest in range(10)
        if verdict_of(rest) is verdict
    )


def first(people: int, verdict: Verdict, *, zendesk: bool | None = None) -> Person | None:
    """The first person with this verdict and a mobile of their own, or None if there is none."""
    for index in range(1, people + 1):
        if verdict_of(index) is verdict and number_kind(index) is NumberKind.MOBILE:
            found = person(index)
            if found.shares_with is None and zendesk in (None, found.zendesk):
                return found
    return None


def _until(index: int, verdict: Verdict) -> date | None:
    if verdict is Verdict.EXPIRED:
        return date(2025, 7, 31) + timedelta(days=index % 150)
    if verdict is Verdict.CONSENTED and index % 3 == 0:
        return date(2030, 12, 31)
    return None


def _salesforce(index: int) -> SalesforceKind | None:
    match index % 10:
        case 8:
            return SalesforceKind.LEAD
        case 0 | 6:
            return None
        case _:
            return SalesforceKind.CONTACT


def _digits(index: int) -> str:
    # The multiplier is odd and no multiple of five, so no two indexes below ten million meet.
    owner = min(index, shares_with(index) or index)
    return f"{1 + owner % 9}{owner * 3_141_593 % _SUFFIXES:07d}"


def _national(index: int, kind: NumberKind) -> str:
    digits = _digits(index)
    match kind:
        case NumberKind.MOBILE_060:
            return f"060{digits}"
        case NumberKind.LANDLINE:
            return f"035{digits[1:]}"
        case NumberKind.IP_050:
            return f"0505{digits[1:]}"
        case _:
            owner = min(index, shares_with(index) or index)
            return f"0{(9, 8, 7)[owner % 3]}0{digits}"


def _e164(index: int, kind: NumberKind) -> str | None:
    if kind in (NumberKind.MOBILE, NumberKind.MOBILE_060):
        return f"+81{_national(index, kind)[1:]}"
    return None


def _typed(index: int, kind: NumberKind) -> str:
    number = _national(index, kind)
    match kind:
        case NumberKind.LANDLINE:
            return f"{number[:2]}-{number[2:6]}-{number[6:]}"
        case NumberKind.MASKED:
            return f"{number[:3]}-{'XXXX' if index % 4 == 2 else '****'}-{number[7:]}"
        case NumberKind.MALFORMED:
            return _malformed(index, number)
        case NumberKind.MOBILE | NumberKind.MOBILE_060 | NumberKind.IP_050:
            return _notation(index, number)


def _malformed(index: int, number: str) -> str:
    return (number[:10], "不明", f"{number}99", "", "携帯なし", f"{number[:7]}-")[index % 6]


def _notation(index: int, number: str) -> str:
    dashed = f"{number[:3]}-{number[3:7]}-{number[7:]}"
    match index % 8:
        case 2:
            return number
        case 3:
            return dashed.translate(_WIDE)
        case 4:
            return f"+81 {dashed[1:]}"
        case 5:
            return number[1:]  # what a spreadsheet leaves of a number it took for an amount
        case 6:
            return f"{dashed}(自宅)"
        case 7:
            return f"+81{number[1:]}"
        case 0:
            return dashed.replace("-", " ")
        case _:
            return dashed
