"""Who may do what: one table of roles and rights, and whose data somebody sees.

Pages ask here and nowhere else. An administrator (管理者) sees all sites; an operator (オペレータ)
sees and texts the people of the own sites alone, and nobody while there is no such site.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from hub.store.access import UserRow
from hub.values.words import Words

ADMINISTRATOR, OPERATOR = "administrator", "operator"
ROLES: Mapping[str, Words] = {
    ADMINISTRATOR: Words("管理者", "Administrator"),
    OPERATOR: Words("オペレータ", "Operator"),
}


class Act(StrEnum):
    """What somebody can want to do in the console."""

    OWN_ACCOUNT = "own_account"
    LOOK = "look"
    SEND = "send"
    SEND_FREE_TEXT = "send_free_text"
    SEE_NUMBERS = "see_numbers"
    EXPORT = "export"
    ADMINISTER = "administer"


RIGHTS: Mapping[str, Words] = {
    Act.SEND_FREE_TEXT: Words(
        "テンプレートを使わずに送信", "Send a text of one's own, without a template"
    ),
    Act.SEE_NUMBERS: Words("電話番号を伏せずに表示", "See numbers in full"),
    Act.EXPORT: Words("ファイルに書き出し", "Export lists as files"),
}
"""What an operator may be allowed beyond the role, one by one."""

_BY_ROLE: Mapping[str, frozenset[Act]] = {
    ADMINISTRATOR: frozenset(Act),
    OPERATOR: frozenset({Act.OWN_ACCOUNT, Act.LOOK, Act.SEND}),
}


def may(user: UserRow, act: Act) -> bool:
    """Say whether a user may do this at all; for which sites, `sites_of` says."""
    if user.disabled_at is not None:
        return False
    return act in _BY_ROLE.get(user.role, ()) or (
        user.role == OPERATOR and act in RIGHTS and act in user.rights
    )


def sites_of(user: UserRow) -> frozenset[int] | None:
    """Give the ids of the sites whose people a user sees; None: all there are."""
    return None if user.role == ADMINISTRATOR else user.sites


def sees(user: UserRow, site_ids: Iterable[int | None]) -> bool:
    """Say whether a user sees, and may text, what belongs to any of these sites.

    What belongs to no site (None) is for administrators.
    """
    own = sites_of(user)
    return own is None or any(each in own for each in site_ids)
