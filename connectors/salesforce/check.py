"""Whether the mapping fits what the integration user sees of the org: everything that does not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hub.sdk import Connection, FieldMapping, Problem, SettingsError, Words

from . import consentcode
from .consentcode import INDIVIDUAL
from .fields import ANSWERS, DATES, NO_VALUE, PHONES, Shape, unknown

_ANSWER_LABELS = {"consent": consentcode.OPT_IN, "opt_out": consentcode.OPT_OUT}
_STAMPS = ("SystemModstamp", "LastModifiedDate")

Found = Iterator[Problem]
Get = Callable[[FieldMapping], Any]


def check_mapping(shape: Shape, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless every object, mapped field and value is still there.

    Number, consent and opt-out have to be on every object the connection reads; a name, a site
    or an attribute may be missing on one of them.
    """
    refuse([*hidden(shape), *unfit(shape, mapping)], connection)


def check_opt_out(
    shape: Shape, mapping: FieldMapping, connection: Connection, object_: str
) -> None:
    """Raise SettingsError unless an opt-out can be written to records of this object."""
    refuse([*hidden(shape, object_), *unwritable(shape, mapping, object_)], connection)


def check_consent(
    shape: Shape, mapping: FieldMapping, connection: Connection, object_: str
) -> None:
    """Raise SettingsError unless a consent can be written to records of this object."""
    problems = [*unfit(shape, mapping), *untellable(shape, mapping, object_)]
    refuse([*hidden(shape, object_), *problems], connection)


def refuse(problems: Iterable[Problem], connection: Connection) -> None:
    """Raise SettingsError where there is a problem: all of them, each once."""
    found = list(dict.fromkeys(problems))
    if found:
        raise SettingsError(f"connections.{connection.name}", found)


def hidden(shape: Shape, only: str | None = None) -> Found:
    """Give the connection's objects that the user does not see."""
    for name in shape.hidden:
        if only in (None, name):
            yield Problem(
                key="objects",
                words=Words(
                    f"連携用ユーザーから {name} が見えません。権限セットで参照権限を付けるか、"
                    "objectsから外してください。",
                    f"the integration user does not see {name}. Give it Read access to the object "
                    "by a permission set, or take the object out.",
                ),
            )


def unfit(shape: Shape, mapping: FieldMapping) -> Found:
    """Give what does not fit for reading, on whichever object."""
    yield from _one_consent_object(mapping, list(shape.objects))
    for name in shape.objects:
        check = _Check(shape, mapping, name)
        yield from check.field("phone", PHONES | {"id"})
        yield from check.answer("consent", "consent_yes")
        yield from check.answer("opt_out", "opt_out_value")
        # A record's modified time is no proof of when a person agreed, so stamps are refused.
        for key in ("consent_at", "consent_until", "opt_out_at"):
            yield from check.field(key, DATES)
        for key in ("consent_wording", "consent_method", "consent_form"):
            yield from check.field(key, None)
    for key in ("name", "site"):
        yield from _somewhere(shape, mapping, key, _of(key))
    for key in mapping.attributes:
        yield from _somewhere(shape, mapping, f"attributes.{key}", _attribute(key))


def unwritable(shape: Shape, mapping: FieldMapping, object_: str) -> Found:
    """Give what keeps an opt-out from being written to records of this object."""
    if object_ not in shape.objects:
        return
    of = mapping.of(object_)
    check = _Check(shape, mapping, object_)
    if of.opt_out is None and consentcode.parse(of.consent) is None:
        yield check.problem(
            "opt_out",
            f"no field of {object_} is mapped for opt-outs, so Salesforce cannot be told. "
            "Choose one.",
            f"{object_} に配信停止を書き込む項目が設定されていません。項目を選んでください。",
        )
        return
    yield from check.writable_objects("opt_out", of.opt_out, of.opt_out_at)
    yield from check.answer("opt_out", "opt_out_value")
    yield from check.field("opt_out_at", DATES)
    yield from check.updateable("opt_out")
    yield from check.updateable("opt_out_at")


def untellable(shape: Shape, mapping: FieldMapping, object_: str) -> Found:
    """Give what keeps a consent from being written to records of this object."""
    if object_ not in shape.objects:
        return
    of = mapping.of(object_)
    check = _Check(shape, mapping, object_)
    if of.consent is None:
        yield check.problem(
            "consent",
            f"no field of {object_} is mapped for consent, so Salesforce cannot be told. "
            "Choose one.",
            f"{object_} に許諾を書き込む項目が設定されていません。項目を選んでください。",
        )
        return
    yield from check.writable_objects("consent", of.consent, of.consent_at)
    yield from check.updateable("consent")
    yield from check.updateable("consent_at")


def key_for(mapping: FieldMapping, object_: str, key: str, get: Get) -> str:
    """Name where an admin finds a code of one object: in its own table, or in the common one."""
    own = mapping.objects.get(object_)
    if own is not None and get(own) != get(mapping):
        return f"mapping.objects.{object_}.{key}"
    return f"mapping.{key}"


class _Check:
    """Looks the codes of one object up in the shape and words what is wrong with them."""

    def __init__(self, shape: Shape, mapping: FieldMapping, object_: str) -> None:
        self._shape = shape
        self._mapping = mapping
        self._of = mapping.of(object_)
        self._object = object_

    def field(self, key: str, types: frozenset[str] | None) -> Found:
        code = getattr(self._of, key)
        if code is None:
            return
        field = self._shape.field(self._object, code)
        if field is None:
            yield _missing(key_for(self._mapping, self._object, key, _of(key)), self._object, code)
        elif types == DATES and code in _STAMPS:
            yield self.problem(
                key,
                "the record's modified time says nothing about the person. Choose the field "
                "in which the person's own date stands.",
                "レコードの更新日時は本人の行為の日時ではありません。"
                "本人の日時を入れる項目を選んでください。",
            )
        elif field.type in NO_VALUE or (types is not None and field.type not in types):
            yield self.problem(
                key,
                f"{code} of {self._object} is of a type ({field.type}) that cannot be used here. "
                "Choose another field.",
                f"{self._object} の {code} の種類({field.type})はここでは使えません。"
                "別の項目を選んでください。",
            )

    def answer(self, key: str, labels_key: str) -> Found:
        code: str | None = getattr(self._of, key)
        labels: Sequence[str] = getattr(self._of, labels_key)
        if code is None:
            return
        if consentcode.parse(code):
            yield from self._consent_object(key, code, labels_key, labels)
            return
        wrong = list(self.field(key, ANSWERS))
        yield from wrong
        field = self._shape.field(self._object, code)
        if field and not wrong and unknown(labels, field):
            # The key of the field itself: what it says can no longer be understood.
            yield self.problem(
                key,
                f"{code} of {self._object} does not offer a value that {labels_key} names. Write "
                "the API names of the values as they are now (a check box has one: true).",
                f"{labels_key} に指定した値が {self._object} の {code} にありません。"
                "現在の値のAPI参照名を書いてください(チェックボックスは true のみ)。",
            )

    def updateable(self, key: str) -> Found:
        code = getattr(self._of, key)
        field = None
        if code is not None and consentcode.parse(code) is None:
            field = self._shape.field(self._object, code)
        if field is not None and not field.updateable:
            yield self.problem(
                key,
                f"the integration user may not write {code} of {self._object}. Give the user Edit "
                "access to the field.",
                f"連携用ユーザーは {self._object} の {code} を編集できません。"
                "項目の編集権限を付けてください。",
            )

    def writable_objects(self, key: str, *codes: str | None) -> Found:
        code = consentcode.of(self._of)
        individual = f"{INDIVIDUAL}."
        needed = {
            (INDIVIDUAL if each.startswith(individual) else self._object): None
            for each in codes
            if each and consentcode.parse(each) is None
        }
        needed |= {code.object: None} if code else {}
        for name in needed:
            if name in self._shape.locked:
                yield self.problem(
                    key,
                    f"the integration user may not write {name}, so nothing can be written to it. "
                    "Give the user Create and Edit access to the object by a permission set.",
                    f"連携用ユーザーに {name} の書き込み権限がないため、反映できません。"
                    "権限セットで作成と編集の権限を付けてください。",
                )

    def problem(self, key: str, en: str, ja: str) -> Problem:
        where = key_for(self._mapping, self._object, key, _of(key))
        return Problem(key=where, words=Words(ja, en))

    def _consent_object(self, key: str, code: str, labels_key: str, labels: Sequence[str]) -> Found:
        if "IndividualId" not in self._shape.objects[self._object]:
            yield self.problem(
                key,
                f"{self._object} has no field Individual (IndividualId) that the integration user "
                "can see, and consent rows are found by it. Turn on Data Protection and Privacy "
                "in Setup, and give the user Read access to the field.",
                f"{self._object} に、連携用ユーザーから見える項目「個人」(IndividualId)がないため、"
                "同意行を探せません。設定の「データ保護とプライバシー」をオンにし、"
                "この項目の参照権限を付けてください。",
            )
        elif str(consentcode.parse(code)) not in self._shape.consent_codes:
            yield self.problem(
                key,
                "there is no such consent object or Data Use Purpose that the integration user "
                "can see. Check the purpose's exact name and the user's object permissions.",
                "このオブジェクトまたはデータ使用目的が連携用ユーザーから見えません。"
                "データ使用目的の正確な名前とオブジェクト権限を確認してください。",
            )
        if set(labels) != {_ANSWER_LABELS[key]}:
            yield self.problem(
                labels_key,
                f"for a consent object this is always {_ANSWER_LABELS[key]}. Write only that.",
                f"同意オブジェクトでは常に {_ANSWER_LABELS[key]} です。それだけを書いてください。",
            )


def _of(key: str) -> Get:
    return lambda mapping: getattr(mapping, key)


def _attribute(key: str) -> Get:
    return lambda mapping: mapping.attributes.get(key)


def _somewhere(shape: Shape, mapping: FieldMapping, key: str, get: Get) -> Found:
    """Give a code that none of the objects has which it is for.

    Fields of related records (Account.Name) are tried by a query; describe does not list them.
    """
    common, own = False, []
    for name in shape.objects:
        code = get(mapping.of(name))
        if code is None or "." in code:
            continue
        there = shape.field(name, code) is not None
        if key_for(mapping, name, key, get) == f"mapping.{key}":
            common = common or there
            own.append((name, code))
        elif not there:
            yield _missing(f"mapping.objects.{name}.{key}", name, code)
    if own and not common:
        yield _missing(f"mapping.{key}", *own[0])


def _missing(key: str, object_: str, code: str) -> Problem:
    return Problem(
        key=key,
        words=Words(
            f"{object_} に、連携用ユーザーから見える項目 {code} がありません。"
            "項目の参照権限を付けるか、別の項目のAPI参照名を選んでください。",
            f"{object_} has no field {code} that the integration user can see. Give the "
            "user Read access to the field, or choose another (its API name).",
        ),
    )


def _one_consent_object(mapping: FieldMapping, objects: Sequence[str]) -> Found:
    found = {
        str(parsed): None
        for name in objects
        for code in (mapping.of(name).consent, mapping.of(name).opt_out)
        if (parsed := consentcode.parse(code))
    }
    if len(found) > 1:
        yield Problem(
            key="mapping.opt_out",
            words=Words(
                "mappingが2つ以上の同意オブジェクトまたは目的を指しています。"
                "すべて同じものを書いてください。",
                "the mapping names more than one consent object or purpose. Write the same "
                "everywhere.",
            ),
        )
