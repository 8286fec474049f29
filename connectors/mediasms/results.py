"""The console's results of an SMS, and what each means for the hub. Pure.

One request may have several results, since the console tries again by itself: out of range first,
delivered later. Numbers and words are those of the console (送達結果); the callback has the number.
"""

from dataclasses import dataclass

from hub.sdk import DeliveryReport, ReportState

REPLY = 26
OPENED = "opened"
"""The reason of a result that says a link was tapped: a fact about an SMS that had arrived."""

_DELIVERED, _UNDELIVERED = ReportState.DELIVERED, ReportState.UNDELIVERED
_REJECTED, _SUBMITTED = ReportState.REJECTED, ReportState.SUBMITTED


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What one result means. `permanent` is None where the console does not say."""

    state: ReportState
    reason: str | None = None
    permanent: bool | None = None


_ON_ITS_WAY = Meaning(state=_SUBMITTED)
_AWAY = Meaning(state=_UNDELIVERED, reason="unreachable", permanent=False)
# "他NW障害" covers a handset of another carrier, a SIM without SMS, and for docomo a refusal too.
_NOT_REACHED = Meaning(state=_UNDELIVERED, reason="unreachable")
_FAILED = Meaning(state=_UNDELIVERED, reason="other")
_PARTLY = Meaning(state=_UNDELIVERED, reason="partly", permanent=False)
_NO_SUCH_NUMBER = Meaning(state=_REJECTED, reason="bad_number", permanent=True)
_NOT_SENT = Meaning(state=_REJECTED, reason="other")

MEANINGS: dict[int, tuple[str, Meaning]] = {
    0: ("失敗", _FAILED),
    1: ("送信済", Meaning(state=_DELIVERED)),
    2: ("送信中", _ON_ITS_WAY),
    3: ("リダイレクト", Meaning(state=_DELIVERED, reason=OPENED)),
    4: ("未送信", _ON_ITS_WAY),
    # Ten failures of one number within 24 hours: the console sends nothing there any more.
    5: ("送信不可番号", Meaning(state=_UNDELIVERED, reason="bad_number", permanent=True)),
    7: ("au圏外・OFF", _AWAY),
    8: ("au自NW障害", _AWAY),
    9: ("au他NW障害", _NOT_REACHED),
    10: ("au未払", _AWAY),
    11: ("処理中", _ON_ITS_WAY),
    12: ("auその他失敗", _FAILED),
    13: ("ドコモその他失敗", _FAILED),
    14: ("ドコモ圏外・OFF", _AWAY),
    15: ("ドコモ自NW障害", _AWAY),
    16: ("ドコモ他NW障害", _NOT_REACHED),
    17: ("無効", _NO_SUCH_NUMBER),
    18: ("ソフトバンクその他失敗", _FAILED),
    19: ("ソフトバンク圏外・OFF", _AWAY),
    20: ("ソフトバンク自NW障害", _AWAY),
    21: ("ソフトバンク他NW障害", _NOT_REACHED),
    22: ("ソフトバンク受信拒否", Meaning(state=_UNDELIVERED, reason="handset_refuses")),
    23: ("送信不可", _NO_SUCH_NUMBER),
    24: ("送信前", _ON_ITS_WAY),
    25: ("一時停止", _ON_ITS_WAY),
    REPLY: ("返信受信", Meaning(state=_DELIVERED)),
    27: ("SMS送信許可時間外", Meaning(state=_REJECTED, reason="outside_hours")),
    28: ("双方向SMS利用不可", _NOT_SENT),
    29: ("ドコモその他不明", _FAILED),
    30: ("重複不可", Meaning(state=_REJECTED, reason="repeated_text")),
    31: ("送信元重複", _NOT_SENT),
    32: ("ドコモ一部受信", _PARTLY),
    34: ("キャンセル済", Meaning(state=_REJECTED, reason="canceled_there")),
    35: ("送信上限", Meaning(state=_REJECTED, reason="quota")),
    36: ("NGワード", Meaning(state=_REJECTED, reason="content")),
    37: ("配信停止希望", Meaning(state=_REJECTED, reason="opted_out")),
    38: ("長文一部受信", _PARTLY),
    39: ("承認待ち", _ON_ITS_WAY),
    40: ("楽天その他失敗", _FAILED),
    41: ("楽天他NW障害", _NOT_REACHED),
    42: ("楽天一部受信", _PARTLY),
    43: ("楽天圏外・OFF", _AWAY),
}

_BY_WORD = {word: number for number, (word, _) in MEANINGS.items()}


def number_of(told: str) -> int | None:
    """Read a result's number, written in digits or as the console's word; None for neither."""
    told = "".join(told.split())
    if told.isascii() and told.isdigit() and len(told) <= 4:
        return int(told)
    return _BY_WORD.get(told.replace("Rakuten", "楽天"))


def report(smsid: str, key: str | None, number: int | None) -> DeliveryReport:
    """Give the report a result stands for. The same result twice is the same report.

    A result that is not known here is kept and changes nothing: new ones come without notice.
    """
    name = "unread" if number is None else str(number)
    unread = Meaning(state=_SUBMITTED, reason=f"mediasms_{name}")
    _, meaning = MEANINGS.get(-1 if number is None else number, ("", unread))
    return DeliveryReport(
        id=f"{smsid}-{name}",
        state=meaning.state,
        reference=smsid,
        key=key,
        reason=meaning.reason,
        permanent=meaning.permanent,
    )
