"""Writing opt-outs into records, and notes about SMS beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.sdk import (
    Activity,
    Change,
    ConfigError,
    Connection,
    Consent,
    FieldMapping,
    OptOut,
    Outcome,
    TransientError,
    Words,
)

from .batch import blocked, done, gone, later, one_by_one
from .client import KintoneClient
from .comments import Comments
from .fields import check_opt_out
from .formwatch import FormWatch
from .optoutfield import OptOutField
from .record import JST
from .refusals import (
    CHANGED_MEANWHILE,
    COMMENTS_OFF,
    GONE,
    INVALID,
    LOCKED,
    PLACE,
    RIGHTS,
    Refusal,
    error_for,
)

_FORM_GOOD_FOR = 60.0
LOCK_PAUSE = 15.0
_UNDONE_PAUSE = 60.0
_RESTORE_TRIES = 3
_REMEMBERED = 10_000

OTHER_APP = Words(
    ja="このレコードは現在の設定とは別のアプリのものです。接続のアプリIDを確認してください。",
    en="The record belongs to another app than the connection's. Check the app number.",
)
_STAYS_OUT = Words(
    ja="kintone側でその後に配信停止された可能性があるため、配信停止のままにしました。"
    "本人が再度同意している場合は、kintoneのレコードで配信停止を解除してください。",
    en="The record may have been opted out in kintone since, so it stays opted out. "
    "If the person agreed again, take the opt-out back in the kintone record.",
)
_NO_NEUTRAL_OPTION = Words(
    ja="配信停止フィールドのどの選択肢に戻すべきか判断できません。"
    "kintoneのレコードで選び直すか、フィールドの初期値を設定してください。",
    en="The opt-out field has no option that clearly means “not opted out”. "
    "Choose one in the record, or give the field a default.",
)


class KintoneOptOuts:
    """Writes opt-outs to the records of one app, one record a call."""

    def __init__(self, connection: Connection, client: KintoneClient | None = None) -> None:
        self._connection = connection
        self._client = client or KintoneClient(connection)
        self._comments = Comments(self._client)
        self._watch = FormWatch(self._client, connection, lambda _: None)
        # The revisions our own opt-outs left behind: what still has one, nobody touched since.
        self._ours: dict[str, str] = {}

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        """Write each opt-out or restore and read it back; give one outcome for each."""
        return one_by_one(opt_outs, self._push)

    def _push(self, opt_out: OptOut) -> Outcome:
        if opt_out.ref.object != str(self._client.app):
            return blocked(opt_out, OTHER_APP)
        form = self._watch.recent(_FORM_GOOD_FOR).form
        mapping = self._connection.mapping or FieldMapping(phone="")
        try:
            check_opt_out(form, mapping, self._connection)
        except ConfigError as error:
            return self._by_hand(opt_out, error.words)
        field = OptOutField.of(form, mapping)
        if opt_out.change is Change.RESTORE:
            return self._restore(opt_out, field)
        return self._opt_out(opt_out, field)

    def _opt_out(self, opt_out: OptOut, field: OptOutField) -> Outcome:
        record = self._client.record(opt_out.ref.id)
        if isinstance(record, Refusal):
            return self._refused(opt_out, record, field)
        writes = field.to_opt_out(record, opt_out.at)
        if not writes:
            return done(opt_out, revision_of(record), confirmed=True)
        # Without a revision: an opt-out wins over whatever changed meanwhile.
        answer = self._client.update(opt_out.ref.id, writes)
        if isinstance(answer, Refusal) and not outcome_of(opt_out, answer, self._connection):
            # The date is a courtesy; where it cannot be written the refusal still must be.
            tick = {code: value for code, value in writes.items() if code == field.field.code}
            if not tick:
                return done(opt_out, revision_of(record), confirmed=True)
            if tick != writes:
                answer = self._client.update(opt_out.ref.id, tick)
        if isinstance(answer, Refusal):
            return self._refused(opt_out, answer, field)
        self._remember(opt_out.ref.id, answer)
        return self._read_back(opt_out, field, answer)

    def _restore(self, opt_out: OptOut, field: OptOutField) -> Outcome:
        for _ in range(_RESTORE_TRIES):
            record = self._client.record(opt_out.ref.id)
            if isinstance(record, Refusal):
                return self._refused(opt_out, record, field)
            revision = revision_of(record)
            if not field.is_out(record):
                return done(opt_out, revision, confirmed=True)
            ours = revision in (opt_out.version, self._ours.get(opt_out.ref.id))
            if not (ours or field.was_before(record, opt_out.at)):
                return blocked(opt_out, _STAYS_OUT)
            writes = field.to_restore(record)
            if writes is None:
                return blocked(opt_out, _NO_NEUTRAL_OPTION)
            answer = self._client.update(opt_out.ref.id, writes, revision)
            if isinstance(answer, str):
                return self._read_back(opt_out, field, answer)
            if answer.code != CHANGED_MEANWHILE:
                return self._refused(opt_out, answer, field)
        return later(opt_out, LOCK_PAUSE)

    def _read_back(self, opt_out: OptOut, field: OptOutField, revision: str) -> Outcome:
        try:
            record = self._client.record(opt_out.ref.id)
        except TransientError:
            # kintone acknowledged the write; only the second look is missing.
            return done(opt_out, revision, confirmed=False)
        if isinstance(record, Refusal):
            return (
                gone(opt_out) if record.code == GONE else done(opt_out, revision, confirmed=False)
            )
        wanted = opt_out.change is Change.OPT_OUT
        if field.is_out(record) == wanted:
            return done(opt_out, revision, confirmed=True)
        return later(opt_out, _UNDONE_PAUSE) if wanted else blocked(opt_out, _STAYS_OUT)

    def _refused(self, opt_out: OptOut, refusal: Refusal, field: OptOutField) -> Outcome:
        known = outcome_of(opt_out, refusal, self._connection)
        if known:
            return known
        return self._by_hand(opt_out, why_not(refusal, field))

    def _by_hand(self, opt_out: OptOut, why: Words) -> Outcome:
        """Ask the people who work with the record to do it, once, in a comment."""
        if opt_out.change is Change.OPT_OUT:
            refusal = self._comments.leave(
                opt_out.ref.id, _please(opt_out), id_=opt_out.id, since=opt_out.at
            )
            if refusal and refusal.code == GONE:
                return gone(opt_out)
        return blocked(opt_out, why)

    def _remember(self, record_id: str, revision: str) -> None:
        self._ours.pop(record_id, None)
        self._ours[record_id] = revision
        if len(self._ours) > _REMEMBERED:
            self._ours.pop(next(iter(self._ours)))


class KintoneNotes:
    """Notes on records what became of their SMS, as comments."""

    def __init__(self, connection: Connection, client: KintoneClient | None = None) -> None:
        self._connection = connection
        self._client = client or KintoneClient(connection)
        self._comments = Comments(self._client)

    def note(self, activities: Sequence[Activity]) -> Sequence[Outcome]:
        """Leave each note as a comment, once; give one outcome for each."""
        return one_by_one(activities, self._leave)

    def _leave(self, activity: Activity) -> Outcome:
        if activity.ref.object != str(self._client.app):
            return blocked(activity, OTHER_APP)
        refusal = self._comments.leave(
            activity.ref.id, activity.text, id_=activity.id, since=activity.at
        )
        if refusal is None:
            return done(activity, None, confirmed=False)
        known = outcome_of(activity, refusal, self._connection)
        return known or blocked(activity, why_not(refusal, None))


def outcome_of(
    item: OptOut | Activity | Consent, refusal: Refusal, connection: Connection
) -> Outcome | None:
    """Give the outcome of a refusal that nobody has to explain; None where people must act.

    Raises ConfigError where the refusal is about the app and not about this record.
    """
    if refusal.code == GONE:
        return gone(item)
    if refusal.code in PLACE:
        raise error_for(refusal, connection)
    passing = refusal.code in LOCKED or refusal.code == CHANGED_MEANWHILE
    if passing or (refusal.status >= 500 and refusal.code not in RIGHTS | {INVALID}):
        return later(item, LOCK_PAUSE)
    return None


def why_not(refusal: Refusal, field: OptOutField | None) -> Words:
    """Give the sentence for a refusal that somebody has to do something about."""
    if refusal.code == COMMENTS_OFF:
        return Words(
            ja="このアプリではコメント機能が無効です。アプリの設定でコメントを有効にしてください。",
            en="Comments are switched off in this app. Switch them on in the app's settings.",
        )
    if refusal.code in RIGHTS:
        return Words(
            ja="APIトークンに、このレコードまたはフィールドの権限がありません。"
            "アプリの管理者に許可を依頼してください。",
            en="The API token has no right to this record or field. "
            "Ask the app's administrator to allow it.",
        )
    ours = field is not None and refusal.complains_about(field.field.code)
    if refusal.code == INVALID and not ours:
        return Words(
            ja="別のフィールドの入力条件（必須など）を満たしていないため、レコードを保存できません。"
            "kintoneでレコードを開き、不足している項目を入力してください。",
            en="The record cannot be saved because another of its fields breaks a rule, such as "
            "being required. Open the record in kintone and complete it.",
        )
    if refusal.code == INVALID:
        return Words(
            ja="配信停止フィールドに設定どおりの値を書き込めません。"
            "mapping.opt_out と mapping.opt_out_value を確認してください。",
            en="The opt-out field does not take the mapped value. "
            "Check mapping.opt_out and mapping.opt_out_value.",
        )
    return Words(
        ja=f"kintoneがコード {refusal.code} で書き込みを拒否しました。"
        "アプリの設定を確認してください（コードの意味はcybozu.devにあります）。",
        en=f"kintone refused the write with the code {refusal.code}. "
        "Check the app's settings; the code's meaning is on cybozu.dev.",
    )


def _please(opt_out: OptOut) -> str:
    when = opt_out.at.astimezone(JST).strftime("%Y-%m-%d %H:%M")
    return (
        f"SMSの配信停止の申し出がありました（受付 {when}）。"
        "このレコードに自動で反映できなかったため、手動で配信停止にしてください。SMSの送信はすでに止まっています。"
    )


def revision_of(record: Mapping[str, Any]) -> str:
    """Give the number of a record's state."""
    return str(record.get("$revision", {}).get("value", ""))
