"""What a vendor file may say, and what to write where it says something else.

Each table of the file has a class here that checks it and makes the value of `vendor`. All
mistakes are told at once, each with its place (`send.fields.to`) and what to write there.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, validate, validates_schema

from hub.sdk import GatewayProfile, ReportState

from . import moments
from .checks import (
    axes_fit,
    bare_host,
    fields_fit,
    header_name,
    header_values,
    just_one_list,
    networks,
    one_of,
    path_of_call,
    path_of_value,
    refusal,
    whole,
)
from .vendor import (
    Answers,
    Auth,
    Call,
    Callback,
    Replies,
    Reports,
    Rule,
    StateRule,
    Vendor,
)

_OUTCOMES = ("accepted", "repeated", "rejected", "retry_later", "auth", "unknown", "never")
_REASONS = (
    "bad_number",
    "opted_out",
    "content",
    "auth",
    "sender",
    "quota",
    "unreachable",
    "expired",
    "other",
)
_MORE_REASONS = ("partly", "handset_refuses", "repeated_text", "outside_hours", "canceled_there")


def _time(text: str) -> None:
    if not moments.is_format(text):
        raise refusal(
            "iso、epoch、epoch_ms か、%Y-%m-%d %H:%M:%S のような形式を書いてください",
            "write iso, epoch, epoch_ms, or a pattern such as %Y-%m-%d %H:%M:%S",
        )


def _path(**options: Any) -> fields.String:
    return fields.String(validate=path_of_value, **options)


def _times() -> fields.List[Any]:
    return fields.List(fields.String(validate=_time), load_default=lambda: ["iso"])


class _Table(Schema):
    """A table of the file; a name that is not in it is a mistake."""

    class Meta:
        unknown = RAISE


class _AuthTable(_Table):
    kind = fields.String(required=True, validate=one_of("none", "basic", "bearer", "header"))
    header = fields.String(load_default=None, validate=header_name)

    @validates_schema
    def _named(self, data: Mapping[str, Any], **_: Any) -> None:
        if (data.get("kind") == "header") is not (data.get("header") is not None):
            raise refusal(
                'kind = "header" のときだけ、トークンを入れるヘッダー名を書いてください',
                'name the header that has the token, and only where kind = "header"',
                "header",
            )

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Auth:
        return Auth(**data)


class _RuleTable(_Table):
    outcome = fields.String(required=True, validate=one_of(*_OUTCOMES))
    status = fields.List(
        fields.Integer(strict=True, validate=validate.Range(100, 599)), load_default=list
    )
    code = fields.List(fields.String(), load_default=list)
    has = _path(load_default=None)
    says = fields.List(fields.String(validate=validate.Length(min=1)), load_default=list)
    reason = fields.String(load_default=None, validate=one_of(*_REASONS))
    retry_after = fields.Float(load_default=None, validate=validate.Range(0, 86_400))

    @validates_schema
    def _narrow(self, data: Mapping[str, Any], **_: Any) -> None:
        # A rule that always fits would take every broken page for an answer.
        if not any(data.get(name) for name in ("status", "code", "has", "says")):
            raise refusal(
                "status、code、has、says のいずれかで、どの応答かを書いてください",
                "say which answers are meant, by status, code, has or says",
                "outcome",
            )

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Rule:
        return Rule(**data | {name: tuple(data[name]) for name in ("status", "code", "says")})


class _CallTable(_Table):
    of_sms = False

    method = fields.String(load_default="POST", validate=one_of("GET", "POST", "PUT"))
    path = fields.String(required=True, validate=path_of_call)
    body = fields.String(load_default="form", validate=one_of("form", "json"))
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        data_key="fields",
        attribute="fields",
    )
    items = _path(load_default=None)
    rules = fields.List(
        fields.Nested(_RuleTable), required=True, validate=validate.Length(min=1, max=200)
    )

    @validates_schema
    def _fitting(self, data: Mapping[str, Any], **_: Any) -> None:
        fields_fit(data, of_sms=self.of_sms)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Call:
        return Call(**data | {"rules": tuple(data["rules"])})


class _SendTable(_CallTable):
    of_sms = True


class _AnswersTable(_Table):
    code = _path(load_default=None)
    message = _path(load_default=None)
    reference = _path(load_default=None)
    units = _path(load_default=None)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Answers:
        return Answers(**data)


class _StateTable(_Table):
    axes = fields.List(
        fields.String(), required=True, data_key="is", validate=validate.Length(min=1)
    )
    state = fields.String(required=True, validate=one_of(*ReportState))
    reason = fields.String(load_default=None, validate=one_of(*_REASONS, *_MORE_REASONS))
    permanent = fields.Boolean(load_default=None)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> StateRule:
        return StateRule(
            **data | {"axes": tuple(data["axes"]), "state": ReportState(data["state"])}
        )


class _ReportsTable(_Table):
    reference = _path(load_default=None)
    key = _path(load_default=None)
    axes = fields.List(_path(), required=True, validate=validate.Length(min=1, max=6))
    at = fields.List(_path(), load_default=list)
    time = _times()
    units = _path(load_default=None)
    carrier = _path(load_default=None)
    states = fields.List(
        fields.Nested(_StateTable), required=True, validate=validate.Length(min=1, max=200)
    )

    @validates_schema
    def _fitting(self, data: Mapping[str, Any], **_: Any) -> None:
        axes_fit(data)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Reports:
        return Reports(
            **data | {name: tuple(data[name]) for name in ("axes", "at", "time", "states")}
        )


class _RepliesTable(_Table):
    number = _path(required=True)
    text = _path(required=True)
    id = _path(load_default=None)
    at = _path(load_default=None)
    time = _times()

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Replies:
        return Replies(**data | {"time": tuple(data["time"])})


class _CallbackTable(_Table):
    kind = fields.String(required=True, validate=one_of("json", "form", "json_in_form"))
    field = fields.String(load_default=None, validate=validate.Length(min=1))
    items = _path(load_default=None)
    addresses = fields.List(fields.String(), load_default=list, validate=networks)
    replies = fields.Nested(_RepliesTable, load_default=None)

    @validates_schema
    def _fitting(self, data: Mapping[str, Any], **_: Any) -> None:
        just_one_list(data)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Callback:
        return Callback(**data | {"addresses": tuple(data["addresses"])})


class _ProfileTable(_Table):
    max_units = fields.Integer(load_default=660, strict=True, validate=validate.Range(70, 4_000))
    counting = fields.String(
        load_default="utf16", validate=one_of("utf16", "sjis_bytes", "cp932_bytes")
    )
    newline_units = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 4))
    rate = fields.Float(
        load_default=5.0, validate=validate.Range(min=0, max=1_000, min_inclusive=False)
    )
    burst = fields.Integer(load_default=5, strict=True, validate=validate.Range(1, 1_000))
    idempotency = fields.String(load_default="none", validate=one_of("key", "lookup", "none"))
    retries_itself = fields.Boolean(load_default=False)
    data_region = fields.String(required=True, validate=validate.Length(min=2, max=20))
    unsupported = fields.String(load_default="")
    wide_doubles = fields.Boolean(load_default=False)
    billing = fields.String(load_default="segments", validate=one_of("segments", "per_70"))

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> GatewayProfile:
        return GatewayProfile(**data)


class VendorFile(_Table):
    """The whole file. Loading gives a `Vendor`; ValidationError has every mistake by its place."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=40))
    host = fields.String(required=True, validate=bare_host)
    number = fields.String(required=True, validate=one_of("domestic", "international", "e164"))
    time = fields.String(load_default="iso", validate=_time)
    headers = fields.Dict(
        keys=fields.String(validate=header_name),
        values=fields.String(validate=header_values),
        load_default=dict,
    )
    auth = fields.Nested(_AuthTable, required=True)
    send = fields.Nested(_SendTable, required=True)
    answers = fields.Nested(_AnswersTable, load_default=Answers)
    look_up = fields.Nested(_CallTable, load_default=None)
    check = fields.Nested(_CallTable, load_default=None)
    reports = fields.Nested(_ReportsTable, required=True)
    callback = fields.Nested(_CallbackTable, load_default=None)
    profile = fields.Nested(_ProfileTable, required=True)

    @validates_schema
    def _fitting(self, data: Mapping[str, Any], **_: Any) -> None:
        whole(data)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Vendor:
        return Vendor(**data)
