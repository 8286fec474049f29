"""How a person agreed, from what a platform's field says about it."""

import re
from functools import lru_cache

from hub.consent.entry import Method

_HINTS: tuple[tuple[re.Pattern[str], Method], ...] = (
    (re.compile(r"double.?opt.?in|ダブルオプトイン", re.IGNORECASE), Method.DOUBLE_OPT_IN_MAIL),
    (re.compile(r"紙|用紙|書面|申込書|葉書|はがき|paper|card", re.IGNORECASE), Method.PAPER),
    (re.compile(r"電話|口頭|phone|voice|call", re.IGNORECASE), Method.VOICE),
    (re.compile(r"来店|店頭|対面|窓口|in.person|counter", re.IGNORECASE), Method.IN_PERSON),
    (re.compile(r"みなし|deemed", re.IGNORECASE), Method.SUBMIT_DEEMED),
)
_FORM = re.compile(r"フォーム|ウェブ|サイト|web|form|check", re.IGNORECASE)


@lru_cache(maxsize=1024)
def method_of(text: str | None, default_ticked: bool | None) -> Method:
    """Give the method a consent was given by; `import` where nothing says so.

    `text` is what the mapped field holds: one of the hub's own codes, or words of the admin's own.
    Without such a field, and for a form, a box counts as ticked by the person only where it is
    known to start empty; a form whose box starts ticked counts as みなし同意.
    """
    said = (text or "").strip()
    try:
        return Method(said.lower())
    except ValueError:
        pass
    for hint, method in _HINTS:
        if hint.search(said):
            return method
    if not said or _FORM.search(said):
        if default_ticked is False:
            return Method.CHECKBOX
        if said:
            return Method.SUBMIT_DEEMED
    return Method.IMPORT
