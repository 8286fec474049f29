"""What the console holds: SMS it took, with every result of each, and replies."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_JAPAN = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One SMS the console took. `results` are the numbers of its results so far, oldest first.

    `number` is in the domestic form. `notify` says whether results are posted.
    """

    smsid: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    title: str
    notify: bool
    two_way: bool
    at: datetime
    results: tuple[int, ...] = ()

    @property
    def result(self) -> int:
        """Give the result that counts: 未送信 before the first, and what arrived stays so."""
        if 1 in self.results:
            return 1
        return self.results[-1] if self.results else 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One post that arrived, whatever became of it, with the code it was answered with."""

    smsid: str
    at: datetime
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A reply from a handset to the SMS `smsid`."""

    id: str
    smsid: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime


def result_body(message: Message, result: int) -> dict[str, str]:
    """Give the fields with which a result is posted; every value is a text."""
    return _body(message.number, message.smsid, message.text, str(result))


def reply_body(typed: Typed) -> dict[str, str]:
    """Give the fields with which a reply is posted, in the same shape as a result."""
    local = typed.at.astimezone(_JAPAN)
    return _body(typed.number, typed.smsid, typed.text, "26") | {
        "returnsms": "1",
        "waitreturnsms": "1",
        "returnsmsdatetime": local.strftime("%Y年%m月%d日 %H:%M:%S"),
        "replyid": typed.id,
        "senderid": "05000000000",
    }


def _body(number: str, smsid: str, text: str, status: str) -> dict[str, str]:
    links: dict[str, Any] = {"originalurl": ""} | {f"originalurl{nth}": "" for nth in (2, 3, 4)}
    clicks = {"clicks": "0"} | {f"clicks{nth}": "0" for nth in (2, 3, 4)}
    head = {"mobilenumber": number, "status": status, "smsid": smsid, "smstext": text}
    empty = dict.fromkeys(("returnsms", "waitreturnsms"), "0")
    none = dict.fromkeys(("returnsmsdatetime", "replyid", "senderid"), "")
    return head | clicks | links | {"type": "sms"} | empty | none
