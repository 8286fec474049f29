"""How much a record of consent proves, from 1 (nothing) to 5 (double opt-in)."""

from collections.abc import Mapping

from hub.consent.entry import Method

WEAKEST = 1

_OF_METHOD: Mapping[Method, int] = {
    Method.DOUBLE_OPT_IN_SMS: 5,
    Method.DOUBLE_OPT_IN_MAIL: 5,
    Method.CHECKBOX: 4,
    Method.KEYWORD: 4,
    Method.PAGE: 4,
    Method.SUBMIT_DEEMED: 3,
    Method.PAPER: 2,
    Method.VOICE: 2,
    Method.IN_PERSON: 2,
    Method.IMPORT: 1,
    Method.RECORD_EVENT: 1,
}
_NOTED_BY_AN_AGENT = frozenset({Method.PAPER, Method.VOICE, Method.IN_PERSON})


def strength(
    method: Method | str,
    *,
    default_ticked: bool | None,
    wording_known: bool,
    time_known: bool,
    source_known: bool,
    purpose_known: bool = True,
) -> int:
    """Give the strength of one consent.

    A box that came unticked proves 4, one of which nobody knows how it came 3, one that came
    ticked 2 (the consumer agency's guideline on consent screens). A signed paper whose words are
    kept proves 3, like a button under a visible sentence; an agent's note of it proves 2. What
    says neither when, nor for what, nor where it was said proves 1, and so does what does not say
    the words, save where an agent took it down. A method the hub does not know proves 1.
    """
    if not (time_known and source_known and purpose_known):
        return WEAKEST
    try:
        method = Method(method)
    except ValueError:
        return WEAKEST
    if not wording_known and method not in _NOTED_BY_AN_AGENT:
        return WEAKEST
    if method is Method.CHECKBOX and default_ticked is not False:
        return 2 if default_ticked else 3
    if method is Method.PAPER and wording_known:
        return 3
    return _OF_METHOD[method]
