# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a mapping still fits the fields there are: every field, its type, and every label."""

from collections.abc import Iterable, Iterator, Sequence

from hub.sdk import Connection, FieldMapping, Problem, SettingsError, Words

from .fields import ANSWERS, DATES, PHONES, TAGS, TEXTS, Form

Found = Iterator[Problem]


def check_mapping(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless every mapped field and label is still there."""
    refuse(unfit(form, mapping), connection)


def check_opt_out(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless an opt-out can be written to a user."""
    refuse(unwritable(form, mapping), connection)


def check_consent(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless a consent can be written to a user."""
    refuse([*unfit(form, mapping), *untellable(form, mapping)], connection)


def refuse(problems: Iterable[Problem], connection: Connection) -> None:
    """Raise SettingsError where there is a problem: all of them, each once."""
    found = list(dict.fromkeys(problems))
    if found:
        raise SettingsError(f"connections.{connection.name}", found)


def unfit(form: Form, mapping: FieldMapping) -> Found:
    """Give what does not fit for reading."""
    check = _Check(form)
    yield from check.field("phone", mapping.phone, PHONES)
    yield from check.answer("consent", mapping.consent, "consent_yes", mapping.consent_yes)
    yield from check.field("consent_at", mapping.consent_at, DATES)
    yield from check.field("consent_until", mapping.consent_until, DATES)
    for key in ("name", "consent_wording", "consent_method", "consent_form", "site"):
        yield from check.field(key, getattr(mapping, key), None)
    for name, code in mapping.attributes.items():
        yield from check.field(f"attributes.{name}", code, None, of_ticket=None)
    choice = TEXTS | {"integer"}
    yield from check.field("number_choice", mapping.number_choice, choice, of_ticket=True)
    yield from _opt_out(check, mapping)


def unwritable(form: Form, mapping: FieldMapping) -> Found:
    """Give what keeps an opt-out from being written."""
    check = _Check(form)
    if mapping.opt_out is None:
        yield _problem(
            "opt_out",
            "no field is mapped for opt-outs, so Zendesk cannot be told. Choose one.",
            "配信停止を書き込むフィールドが設定されていません。フィールドを選んでください。",
        )
        return
    yield from _opt_out(check, mapping)
    yield from check.writable("opt_out", mapping.opt_out)
    yield from check.writable("opt_out_at", mapping.opt_out_at)


def untellable(form: Form, mapping: FieldMapping) -> Found:
    """Give what keeps a consent from being written."""
    check = _Check(form)
    if mapping.consent is None:
        yield _problem(
            "consent",
            "no field is mapped for consent, so Zendesk cannot be told. Choose one.",
            "許諾を書き込むフィールドが設定されていません。フィールドを選んでください。",
        )
        return
    yield from check.writable("consent", mapping.consent)
    yield from check.writable("consent_at", mapping.consent_at)


def _opt_out(check: "_Check", mapping: FieldMapping) -> Found:
    yield from check.answer("opt_out", mapping.opt_out, "opt_out_value", mapping.opt_out_value)
    yield from check.field("opt_out_at", mapping.opt_out_at, DATES)


class _Check:
    """Looks mapped codes up and words what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def field(
        self,
        key: str,
        code: str | None,
        types: frozenset[str] | None,
        *,
        of_ticket: bool | None = False,
    ) -> Found:
        """Check one code. `of_ticket` says whether it names a field of tickets; None: either."""
        if code is None:
            return
        field = self._form.find(code)
        if field is None:
            yield _problem(
                key,
                "users have no active field with this key any more. Choose the field again (the "
                "field key, not the display name).",
                "このフィールドキーの有効なユーザーフィールドがありません。選び直してください"
                "（表示名ではなくフィールドキー）。",
            )
            return
        wrong_record = of_ticket not in (None, self._form.is_of_ticket(code))
        if wrong_record or (types is not None and field.type not in types):
            yield _problem(
                key,
                "a field of this type cannot be used here. Choose another field.",
                "この種類のフィールドは使えません。別のフィールドを選んでください。",
            )

    def answer(self, key: str, code: str | None, labels_key: str, labels: Sequence[str]) -> Found:
        """Check a field that holds an answer, and the labels of it that count."""
        wrong = list(self.field(key, code, ANSWERS))
        yield from wrong
        field = self._form.find(code) if code else None
        if field is None or wrong:
            return
        if not labels:
            yield _problem(
                labels_key,
                "no label is given. Write the exact labels that count (true for a checkbox).",
                "選択肢が指定されていません。該当する選択肢を正確に入力してください"
                "（チェックボックスは true）。",
            )
        elif not field.knows(labels):
            # The key of the field itself: what the field says can no longer be understood.
            yield _problem(
                key,
                f"the field has no option that {labels_key} names; it was renamed or removed. "
                f"Write mapping.{labels_key} as the options are in Zendesk now.",
                f"{labels_key} に指定した選択肢がフィールドにありません（名称変更または削除）。"
                f"mapping.{labels_key} をZendeskの現在の選択肢に合わせてください。",
            )

    def writable(self, key: str, code: str | None) -> Found:
        """Check that the hub may write a field."""
        field = self._form.find(code) if code else None
        if field is not None and field.custom is None and field.type != TAGS:
            yield _problem(
                key,
                "the hub writes no built-in field of a user. Choose a user field, or tags.",
                "標準のユーザー項目には書き込みません。ユーザーフィールドかタグを選んでください。",
            )


def _problem(key: str, en: str, ja: str) -> Problem:
    return Problem(key=f"mapping.{key}", words=Words(ja, en))
