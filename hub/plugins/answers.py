"""What a plugin may answer: the checks of each answer before it can reach the store.

Answers are checked on the guard's thread, because looking at a plugin's lazy sequence runs its
code.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from hub.errors import PluginBug
from hub.plugins.guard import Guard
from hub.values.activity import Activity
from hub.values.connection import Usage
from hub.values.consent import Consent
from hub.values.contact import FurtherNumber, SourceContact
from hub.values.optout import OptOut, Outcome
from hub.values.page import Page, Skipped
from hub.values.ref import Ref

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where a guarded object stands: its guard and the owner that errors name."""

    guard: Guard
    owner: str

    def broken(self, what: str, en: str, ja: str) -> PluginBug:
        """Word what an answer has that the role does not allow."""
        return PluginBug(
            f"{self.owner}: {what} {en}. That is a bug in the plugin; send this sentence to its "
            "maker, or install another version.",
            f"{self.owner}:{what}の応答が正しくありません({ja})。"
            "プラグインの不具合です。この文をプラグインの作成者に送るか、別の版を入れてください。",
        )

    def each(self, what: str, kind: Any, items: Iterable[Any]) -> tuple[Any, ...]:
        """Give the items as a tuple; raises PluginBug where one is of another kind."""
        if isinstance(items, str | bytes) or not isinstance(items, Iterable):
            raise self.broken(what, "did not give a list", "一覧ではありません")
        found = tuple(items)
        for item in found:
            if not isinstance(item, kind):
                raise self.broken(
                    what,
                    f"gave a list with {type(item).__name__} in it",
                    f"一覧に{type(item).__name__}が含まれています",
                )
        return found

    def one(self, what: str, kind: Any, answer: Any) -> Any:
        """Give the answer; raises PluginBug where it is of another kind."""
        if not isinstance(answer, kind):
            raise self.broken(
                what, f"gave {type(answer).__name__}", f"{type(answer).__name__}が返されました"
            )
        return answer

    def page(
        self, what: str, kind: type[Item], call: Callable[..., Any], cursor: str | None
    ) -> Page[Item]:
        """Ask for a page and check that reading on will end."""
        page: Page[Item] = self.one(what, Page, call(cursor))
        if page.cursor is not None and not isinstance(page.cursor, str):
            raise self.broken(
                what, "gave a cursor that is no text", "カーソルが文字列ではありません"
            )
        if not page.done and page.cursor in (None, cursor):
            raise self.broken(
                what,
                "said that more is there and gave no new cursor, so the hub would read the same "
                "page for ever",
                "続きがあるのにカーソルが進んでいません",
            )
        if page.usage is not None:
            self.one(what, Usage, page.usage)
        return Page(
            items=self.each(what, kind, page.items),
            cursor=page.cursor,
            done=bool(page.done),
            skipped=self.each(what, Skipped, page.skipped),
            gone=self.each(what, Ref, page.gone),
            usage=page.usage,
        )


def check_contact(post: Post, what: str, contact: SourceContact) -> None:
    """Raise PluginBug for a contact with wrong types or a time without a time zone."""
    if not isinstance(contact.ref, Ref) or not isinstance(contact.number, str):
        raise post.broken(
            what,
            "gave a contact whose ref or number is of the wrong type",
            "refまたはnumberの型が違います",
        )
    further = post.each(what, FurtherNumber, contact.further) if contact.further else ()
    texts = [contact.choice, *(each.number for each in further)]
    if not all(isinstance(text, str) for text in texts) or not isinstance(
        contact.person, Ref | None
    ):
        raise post.broken(
            what,
            "gave a contact whose further numbers, choice or person are of the wrong type",
            "further、choiceまたはpersonの型が違います",
        )
    times = [contact.modified_at]
    for consent in contact.consents:
        times += (consent.at, consent.until)
    if contact.opt_out is not None:
        times.append(contact.opt_out.at)
    for time in times:
        if time is not None and (not isinstance(time, datetime) or time.tzinfo is None):
            raise post.broken(
                what, "gave a time without a time zone", "時刻にタイムゾーンがありません"
            )


def with_ids(post: Post, what: str, items: Sequence[Item]) -> Sequence[Item]:
    """Give the notices; raises PluginBug where one has no id."""
    for item in items:
        id_ = getattr(item, "id", None)
        if not isinstance(id_, str) or not id_:
            # Without an id the same notice twice would count as two.
            raise post.broken(
                what, "gave a notice without an id of its own", "通知にIDがありません"
            )
    return items


def one_each(
    post: Post,
    what: str,
    asked: Sequence[OptOut] | Sequence[Activity] | Sequence[Consent],
    answer: Any,
) -> Sequence[Outcome]:
    """Give the outcomes; raises PluginBug unless there is one for each id that was asked."""
    outcomes: Sequence[Outcome] = post.each(what, Outcome, answer)
    if sorted(outcome.id for outcome in outcomes) != sorted(item.id for item in asked):
        raise post.broken(
            what,
            "did not answer with exactly one outcome for each id",
            "IDごとに1件の結果が返されていません",
        )
    return outcomes
