"""How one record's write ended, in the hub's words."""

from hub.sdk import Activity, Consent, OptOut, Outcome, OutcomeState, Words

from .refusals import GONE, LOCKED, READ_ONLY, Refusal

LOCK_PAUSE = 15.0
"""Seconds until a locked row is tried again; waiting is the only cure (jsforce/jsforce#1018)."""

OTHER_OBJECT = Words(
    ja="このオブジェクトは接続の対象ではありません。接続のオブジェクトの設定を確認してください。",
    en="The record belongs to an object the connection does not use. Check its objects.",
)

Item = OptOut | Consent | Activity


def done(item: Item, version: str | None, *, confirmed: bool) -> Outcome:
    """Give the outcome of a write that Salesforce acknowledged."""
    return Outcome(
        id=item.id,
        ref=item.ref,
        state=OutcomeState.DONE,
        version=version or None,
        confirmed=confirmed,
    )


def later(item: Item, retry_after: float | None) -> Outcome:
    """Give the outcome of a write to be tried again after so many seconds."""
    return Outcome(id=item.id, ref=item.ref, state=OutcomeState.LATER, retry_after=retry_after)


def blocked(item: Item, why: Words) -> Outcome:
    """Give the outcome of a write that needs somebody to change something first."""
    return Outcome(id=item.id, ref=item.ref, state=OutcomeState.BLOCKED, why=why)


def gone(item: Item) -> Outcome:
    """Give the outcome of a write to a record that is not there any more."""
    return Outcome(id=item.id, ref=item.ref, state=OutcomeState.GONE)


def refused(item: Item, refusal: Refusal) -> Outcome:
    """Give the outcome of a row that Salesforce refused."""
    if refusal.code in GONE:
        return gone(item)
    if refusal.code in LOCKED or refusal.status >= 500:
        return later(item, LOCK_PAUSE)
    return blocked(item, why_not(refusal))


def why_not(refusal: Refusal) -> Words:
    """Say what somebody has to change so that the row can be written."""
    named = f" ({', '.join(refusal.fields)})" if refusal.fields else ""
    if refusal.code in READ_ONLY:
        return Words(
            ja=f"連携用ユーザーがこのレコードまたは項目{named}を編集できません。"
            "権限セットと共有設定で編集権限を付けてください。",
            en=f"The integration user may not write this record or field{named}. "
            "Give it Edit access by a permission set and the sharing settings.",
        )
    if refusal.code in ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "REQUIRED_FIELD_MISSING"):
        return Words(
            ja=f"入力規則または必須項目{named}のため、Salesforceがレコードを保存できません。"
            "レコードを開いて直すか、連携用ユーザーを入力規則の対象外にしてください。",
            en=f"A validation rule or a required field{named} keeps Salesforce from saving the "
            "record. Complete the record, or except the integration user from the rule.",
        )
    if refusal.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":
        return Words(
            ja="組織のトリガーまたはフローがエラーになり、レコードを保存できません。"
            "Salesforceの管理者に確認してください。",
            en="A trigger or flow of the org failed, so the record cannot be saved. "
            "Ask the org's administrator.",
        )
    name = refusal.code or "?"
    return Words(
        ja=f"Salesforceがコード {name}{named} で書き込みを拒否しました。"
        "コードの意味をREST APIガイドで確認してください。",
        en=f"Salesforce refused the write with the code {name}{named}. "
        "The code's meaning is in the REST API guide.",
    )
