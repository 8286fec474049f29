"""What may be done about a number that may not be texted: the lawful way for each reason.

Nobody is asked by SMS whether they want SMS: that question is an advertisement itself
(特定電子メール法 art. 3). The way of asking is a form the person opens, or paper.
"""

from collections.abc import Mapping
from enum import StrEnum

from hub.values.words import Words


class Way(StrEnum):
    """What an administrator can do next."""

    TEXT = "text"
    WAIT = "wait"
    DECLARE = "declare"
    COMPLETE = "complete"
    ASK = "ask"
    PERSON = "person"
    CORRECT = "correct"
    CONNECTION = "connection"
    TEMPLATE = "template"
    HOLD = "hold"
    NOTHING = "nothing"


WORDS: Mapping[Way, Words] = {
    Way.TEXT: Words("送信できます。", "May be texted."),
    Way.WAIT: Words(
        "待てば自動で送信できるようになります。",
        "Wait: it becomes possible by itself.",
    ),
    Way.DECLARE: Words(
        "同意を得たフォームや書面が残っていれば、取得方法を申告してください。"
        "なければ、フォームか書面で同意を得てください(SMSで尋ねることはできません)。",
        "Declare how they agreed, if you have the form they agreed on. Else ask by a form or on "
        "paper, never by SMS.",
    ),
    Way.COMPLETE: Words(
        "接続先のレコードに同意の日時と文言を補うか、取得方法を申告してください。",
        "Complete the time and the wording in the platform's records, or declare how they agreed.",
    ),
    Way.ASK: Words(
        "フォームか書面であらためて同意を得てください(SMSで尋ねることはできません)。",
        "Ask anew by a form or on paper, never by SMS.",
    ),
    Way.PERSON: Words(
        "こちらから尋ねることはできません。本人の申し出があったときだけ再開できます。",
        "Nobody may ask. Only the person themselves can re-open it.",
    ),
    Way.CORRECT: Words(
        "接続先で携帯電話番号に直してください。", "Correct the number in the platform."
    ),
    Way.CONNECTION: Words(
        "接続の画面で原因を確認してください。", "See the connection's page for what is wrong."
    ),
    Way.TEMPLATE: Words(
        "テンプレートまたは配信の設定を直してください。", "Mend the template or the order to send."
    ),
    Way.HOLD: Words(
        "法的な保全を管理者が解除するまで待ってください。",
        "Wait until an administrator lifts the legal hold.",
    ),
    Way.NOTHING: Words(
        "消去済みです。本人から新しく同意を得るまで何もできません。",
        "It was erased. Nothing can be done until the person agrees anew.",
    ),
}

_BY_REASON: Mapping[str, Way] = {
    "no_evidence": Way.DECLARE,
    "collection_revoked": Way.DECLARE,
    "strength_below_policy": Way.COMPLETE,
    "wrong_purpose": Way.ASK,
    "wrong_channel": Way.ASK,
    "wrong_ground": Way.ASK,
    "consent_expired": Way.ASK,
    "number_changed": Way.ASK,
    "number_dead": Way.ASK,
    "number_silent": Way.ASK,
    "narrower_purpose": Way.ASK,
    "not_just_asked": Way.ASK,
    "withdrawn": Way.PERSON,
    "refused": Way.PERSON,
    "suppressed_all": Way.PERSON,
    "suppressed_promotional": Way.PERSON,
    "suppressed_purpose": Way.PERSON,
    "record_gone": Way.CONNECTION,
    "source_suspended": Way.CONNECTION,
    "legal_hold": Way.HOLD,
    "reply_in_doubt": Way.WAIT,
    "source_stale": Way.WAIT,
    "not_before": Way.WAIT,
    "quiet_hours": Way.WAIT,
    "quiet_day": Way.WAIT,
    "frequency_cap": Way.WAIT,
    "debt_collection_hours": Way.WAIT,
    "invalid_number": Way.CORRECT,
    "display_items_missing": Way.TEMPLATE,
    "too_late": Way.TEMPLATE,
    "erased": Way.NOTHING,
}


def way_of(reason: str, verdict: str) -> Way:
    """Give what can be done where the gate gave this reason and the record has this verdict.

    A date that nobody knows cannot be completed afterwards, so such a record needs a declaration.
    """
    if reason == "strength_below_policy" and verdict == "undated":
        return Way.DECLARE
    return _BY_REASON[reason]
