"""Writing consents that were given to the hub into an app's records."""

from collections.abc import Sequence

from hub.sdk import Connection, Consent, FieldMapping, Outcome, TransientError, Words

from .batch import blocked, done, gone, later, one_by_one
from .client import KintoneClient
from .consentfield import ConsentField
from .fields import check_consent
from .formwatch import FormWatch
from .optoutfield import OptOutField
from .refusals import CHANGED_MEANWHILE, GONE, Refusal
from .sinks import LOCK_PAUSE, OTHER_APP, outcome_of, revision_of, why_not

_FORM_GOOD_FOR = 60.0
_TRIES = 3

_OPTED_OUT = Words(
    ja="kintoneのレコードが配信停止のため、許諾を書き込みませんでした。"
    "本人が再度同意している場合は、レコードの配信停止を解除してください。",
    en="The kintone record is opted out, so the consent was not written. "
    "If the person agreed again, take the opt-out back in the record.",
)
_SAYS_NO = Words(
    ja="kintoneのレコードが「許諾しない」となっており、本人の同意より後に変更された可能性があります。"
    "レコードを確認し、正しい値を選んでください。",
    en="The kintone record says no, perhaps since the person agreed. "
    "Look at the record and choose what is right.",
)
_NOT_KEPT = Words(
    ja="書き込んだ許諾がkintone側で元に戻されました。アプリの自動処理を確認してください。",
    en="The consent was written and then changed back in kintone. Look at the app's automations.",
)


class KintoneConsents:
    """Writes consents to the records of one app, one record a call."""

    def __init__(self, connection: Connection, client: KintoneClient | None = None) -> None:
        self._connection = connection
        self._client = client or KintoneClient(connection)
        self._watch = FormWatch(self._client, connection, lambda _: None)

    def record(self, consents: Sequence[Consent]) -> Sequence[Outcome]:
        """Write each consent and read it back; give one outcome for each."""
        return one_by_one(consents, self._push)

    def _push(self, consent: Consent) -> Outcome:
        if consent.ref.object != str(self._client.app):
            return blocked(consent, OTHER_APP)
        form = self._watch.recent(_FORM_GOOD_FOR).form
        mapping = self._connection.mapping or FieldMapping(phone="")
        check_consent(form, mapping, self._connection)
        field = ConsentField.of(form, mapping)
        out = OptOutField.of(form, mapping) if mapping.opt_out else None
        for _ in range(_TRIES):
            record = self._client.record(consent.ref.id)
            if isinstance(record, Refusal):
                return self._refused(consent, record)
            if out is not None and out.is_out(record):
                return blocked(consent, _OPTED_OUT)
            if field.may_say_no_since(record, consent.at):
                return blocked(consent, _SAYS_NO)
            revision = revision_of(record)
            if field.is_told(record, consent):
                return done(consent, revision, confirmed=True)
            writes = field.to_say_yes(record, consent)
            # With the revision: whatever changes meanwhile is looked at before it is overwritten.
            answer = self._client.update(consent.ref.id, writes, revision)
            if isinstance(answer, str):
                return self._read_back(consent, field, answer)
            if answer.code != CHANGED_MEANWHILE:
                return self._refused(consent, answer)
        return later(consent, LOCK_PAUSE)

    def _read_back(self, consent: Consent, field: ConsentField, revision: str) -> Outcome:
        try:
            record = self._client.record(consent.ref.id)
        except TransientError:
            # kintone acknowledged the write; only the second look is missing.
            return done(consent, revision, confirmed=False)
        if isinstance(record, Refusal):
            if record.code == GONE:
                return gone(consent)
            return done(consent, revision, confirmed=False)
        if field.is_told(record, consent):
            return done(consent, revision, confirmed=True)
        return blocked(consent, _NOT_KEPT)

    def _refused(self, consent: Consent, refusal: Refusal) -> Outcome:
        known = outcome_of(consent, refusal, self._connection)
        return known or blocked(consent, why_not(refusal, None))
