"""Whether the mapping fits what the integration user sees of the org."""

from collections.abc import Sequence

from hub.sdk import ConfigError, Connection, FieldMapping

from . import consentcode
from .fields import ANSWERS, DATES, NO_VALUE, PHONES, Shape, unknown

_ANSWER_LABELS = {"consent": consentcode.OPT_IN, "opt_out": consentcode.OPT_OUT}


def check_mapping(shape: Shape, mapping: FieldMapping, connection: Connection) -> None:
    """Raise ConfigError(`mapping.…`) unless every mapped field and value is still there.

    Number, consent and opt-out have to be on every object the connection reads; a name, a site
    or an attribute may be missing on one of them.
    """
    check = _Check(shape, connection)
    check.everywhere("phone", mapping.phone, PHONES | {"id"})
    check.answer("consent", mapping.consent, "consent_yes", mapping.consent_yes)
    check.answer("opt_out", mapping.opt_out, "opt_out_value", mapping.opt_out_value)
    check.one_consent_object(mapping)
    # A record's modified time is no proof of when a person agreed, so system stamps are refused.
    for key in ("consent_at", "consent_until", "opt_out_at"):
        check.everywhere(key, getattr(mapping, key), DATES)
    for key in ("consent_wording", "consent_method", "consent_form"):
        check.everywhere(key, getattr(mapping, key), None)
    for key in ("name", "site"):
        check.somewhere(key, getattr(mapping, key))
    for name, code in mapping.attributes.items():
        check.somewhere(f"attributes.{name}", code)


def check_opt_out(shape: Shape, mapping: FieldMapping, connection: Connection) -> None:
    """Raise ConfigError(`mapping.opt_out…`) unless an opt-out can be written."""
    check = _Check(shape, connection)
    if mapping.opt_out is None and consentcode.parse(mapping.consent) is None:
        raise check.error(
            "opt_out",
            "no field is mapped for opt-outs, so Salesforce cannot be told. Choose one.",
            "配信停止を書き込む項目が設定されていません。項目を選んでください。",
        )
    check.answer("opt_out", mapping.opt_out, "opt_out_value", mapping.opt_out_value)
    check.everywhere("opt_out_at", mapping.opt_out_at, DATES)
    check.updateable("opt_out", mapping.opt_out)
    check.updateable("opt_out_at", mapping.opt_out_at)


class _Check:
    """Looks mapped codes up in one shape and words what is wrong with them."""

    def __init__(self, shape: Shape, connection: Connection) -> None:
        self._shape = shape
        self._name = connection.name

    def answer(self, key: str, code: str | None, labels_key: str, labels: Sequence[str]) -> None:
        if code is None:
            return
        if not labels:
            raise self.error(
                labels_key,
                "no value is given. Write the exact values that count.",
                "値が指定されていません。該当する値を正確に入力してください。",
            )
        if consentcode.parse(code):
            self._consent_object(key, code, labels_key, labels)
            return
        self.everywhere(key, code, ANSWERS)
        for object_ in self._shape.objects:
            field = self._shape.field(object_, code)
            if field and unknown(labels, field):
                # The key of the field itself: what it says can no longer be understood.
                raise self.error(
                    key,
                    f"the field no longer offers a value that {labels_key} names. Write the API "
                    "names of the values as they are now (a check box has one: true).",
                    f"{labels_key} に指定した値が項目にありません。"
                    "現在の値のAPI参照名を書いてください"
                    "(チェックボックスは true のみ)。",
                )

    def one_consent_object(self, mapping: FieldMapping) -> None:
        one, other = consentcode.parse(mapping.consent), consentcode.parse(mapping.opt_out)
        if one and other and one != other:
            raise self.error(
                "opt_out",
                "consent and opt-out name two different consent objects or purposes. Write the "
                "same for both.",
                "consentとopt_outが別の同意オブジェクトまたは目的を指しています。同じものを書いてください。",
            )

    def everywhere(self, key: str, code: str | None, types: frozenset[str] | None) -> None:
        if code is None:
            return
        for object_ in self._shape.objects:
            field = self._shape.field(object_, code)
            if field is None:
                raise self.error(
                    key,
                    f"{object_} has no field {code} that the integration user can see. Give the "
                    "user Read access to the field, or choose another (its API name).",
                    f"{object_} に、連携用ユーザーから見える項目 {code} がありません。"
                    "項目の参照権限を付けるか、別の項目のAPI参照名を選んでください。",
                )
            if field.type in NO_VALUE or (types is not None and field.type not in types):
                raise self.error(
                    key,
                    f"a field of the type of {code} cannot be used here. Choose another field.",
                    f"{code} の種類の項目はここでは使えません。別の項目を選んでください。",
                )
            if types == DATES and code in ("SystemModstamp", "LastModifiedDate"):
                raise self.error(
                    key,
                    "the record's modified time says nothing about the person. Choose the field "
                    "in which the person's own date stands.",
                    "レコードの更新日時は本人の行為の日時ではありません。本人の日時を入れる項目を選んでください。",
                )

    def somewhere(self, key: str, code: str | None) -> None:
        # Fields of related records (Account.Name) are checked by the query itself.
        if code is None or "." in code:
            return
        if not any(self._shape.field(object_, code) for object_ in self._shape.objects):
            raise self.error(
                key,
                f"there is no field {code} that the integration user can see. Give the user "
                "Read access to the field, or choose another.",
                f"連携用ユーザーから見える項目 {code} がありません。"
                "項目の参照権限を付けるか、別の項目を選んでください。",
            )

    def updateable(self, key: str, code: str | None) -> None:
        if code is None or consentcode.parse(code):
            return
        for object_ in self._shape.objects:
            field = self._shape.field(object_, code)
            if field is not None and not field.updateable:
                raise self.error(
                    key,
                    f"the integration user may not write {code} of {object_}. Give the user Edit "
                    "access to the field.",
                    f"連携用ユーザーは {object_} の {code} を編集できません。"
                    "項目の編集権限を付けてください。",
                )

    def _consent_object(self, key: str, code: str, labels_key: str, labels: Sequence[str]) -> None:
        parsed = consentcode.parse(code)
        if str(parsed) not in self._shape.consent_codes:
            raise self.error(
                key,
                "there is no such consent object or Data Use Purpose that the integration user "
                "can see. Check the purpose's exact name and the user's object permissions.",
                "このオブジェクトまたはデータ使用目的が連携用ユーザーから見えません。"
                "データ使用目的の正確な名前とオブジェクト権限を確認してください。",
            )
        if set(labels) != {_ANSWER_LABELS[key]}:
            raise self.error(
                labels_key,
                f"for a consent object this is always {_ANSWER_LABELS[key]}. Write only that.",
                f"同意オブジェクトでは常に {_ANSWER_LABELS[key]} です。それだけを書いてください。",
            )

    def error(self, key: str, en: str, ja: str) -> ConfigError:
        where = f"connections.{self._name}.mapping.{key}: "
        return ConfigError(f"mapping.{key}", where + en, where + ja)
