# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a mapping still fits the fields there are: every field, its type, and every label."""

from collections.abc import Sequence

from hub.sdk import ConfigError, Connection, FieldMapping

from .fields import ANSWERS, DATES, PHONES, TAGS, TEXTS, Form


def check_mapping(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise ConfigError(`mapping.…`) unless every mapped field and label is still there."""
    check = _Check(form, connection)
    check.field("phone", mapping.phone, PHONES)
    check.field("consent", mapping.consent, ANSWERS)
    check.labels("consent", "consent_yes", mapping.consent, mapping.consent_yes)
    check.field("consent_at", mapping.consent_at, DATES)
    check.field("consent_until", mapping.consent_until, DATES)
    for key in ("name", "consent_wording", "consent_method", "consent_form", "site"):
        check.field(key, getattr(mapping, key), None)
    for name, code in mapping.attributes.items():
        check.field(f"attributes.{name}", code, None, of_ticket=None)
    check.field("number_choice", mapping.number_choice, TEXTS | {"integer"}, of_ticket=True)
    _check_opt_out(check, mapping)


def check_opt_out(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise ConfigError(`mapping.opt_out…`) unless an opt-out can be written to a user."""
    check = _Check(form, connection)
    if mapping.opt_out is None:
        raise check.error(
            "opt_out",
            "no field is mapped for opt-outs, so Zendesk cannot be told. Choose one.",
            "配信停止を書き込むフィールドが設定されていません。フィールドを選んでください。",
        )
    _check_opt_out(check, mapping)
    check.writable("opt_out", mapping.opt_out)
    if mapping.opt_out_at:
        check.writable("opt_out_at", mapping.opt_out_at)


def _check_opt_out(check: "_Check", mapping: FieldMapping) -> None:
    check.field("opt_out", mapping.opt_out, ANSWERS)
    check.labels("opt_out", "opt_out_value", mapping.opt_out, mapping.opt_out_value)
    check.field("opt_out_at", mapping.opt_out_at, DATES)


class _Check:
    """Looks mapped codes up and words what is wrong with them."""

    def __init__(self, form: Form, connection: Connection) -> None:
        self._form = form
        self._name = connection.name

    def field(
        self,
        key: str,
        code: str | None,
        types: frozenset[str] | None,
        *,
        of_ticket: bool | None = False,
    ) -> None:
        """Check one code. `of_ticket` says whether it names a field of tickets; None: either."""
        if code is None:
            return
        field = self._form.find(code)
        if field is None:
            raise self.error(
                key,
                "users have no active field with this key any more. Choose the field again (the "
                "field key, not the display name).",
                "このフィールドキーの有効なユーザーフィールドがありません。選び直してください"
                "（表示名ではなくフィールドキー）。",
            )
        wrong_record = of_ticket not in (None, self._form.is_of_ticket(code))
        if wrong_record or (types is not None and field.type not in types):
            raise self.error(
                key,
                "a field of this type cannot be used here. Choose another field.",
                "この種類のフィールドは使えません。別のフィールドを選んでください。",
            )

    def labels(self, key: str, labels_key: str, code: str | None, labels: Sequence[str]) -> None:
        field = self._form.find(code) if code else None
        if field is None:
            return
        if not labels:
            raise self.error(
                labels_key,
                "no label is given. Write the exact labels that count (true for a checkbox).",
                "選択肢が指定されていません。該当する選択肢を正確に入力してください"
                "（チェックボックスは true）。",
            )
        if not field.knows(labels):
            # The key of the field itself: what the field says can no longer be understood.
            raise self.error(
                key,
                f"the field has no option that {labels_key} names; it was renamed or removed. "
                f"Write mapping.{labels_key} as the options are in Zendesk now.",
                f"{labels_key} に指定した選択肢がフィールドにありません（名称変更または削除）。"
                f"mapping.{labels_key} をZendeskの現在の選択肢に合わせてください。",
            )

    def writable(self, key: str, code: str) -> None:
        field = self._form.find(code)
        if field is not None and field.custom is None and field.type != TAGS:
            raise self.error(
                key,
                "the hub writes no built-in field of a user. Choose a user field, or tags.",
                "標準のユーザー項目には書き込みません。ユーザーフィールドかタグを選んでください。",
            )

    def error(self, key: str, en: str, ja: str) -> ConfigError:
        where = f"connections.{self._name}.mapping.{key}: "
        return ConfigError(f"mapping.{key}", where + en, where + ja)
