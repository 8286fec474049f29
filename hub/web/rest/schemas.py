"""What the API takes and gives. Messages are codes; `hub.web.rest.problem` has their sentences."""

from collections.abc import Callable
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from hub.consent.documents import storable
from hub.consent.entry import Method
from hub.consent.forms import is_web_address

METHODS = tuple(str(each) for each in Method if each not in (Method.PAGE, Method.RECORD_EVENT))
"""How somebody may have agreed elsewhere."""

_ERRORS: dict[str, Any] = {
    "required": "required",
    "null": "null",
    "invalid": "type",
    "invalid_utf8": "characters",
    "validator_failed": "type",
}


def _text(longest: int, meaning: str, **more: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(min=1, max=longest, error="length"), _storable],
        error_messages=_ERRORS,
        metadata={"description": meaning},
        **more,
    )


def _storable(text: str) -> None:
    if storable(text) != text or any(ord(char) < 32 and char not in "\r\n\t" for char in text):
        raise ValidationError("characters")


def _address(text: str) -> None:
    if not is_web_address(text):
        raise ValidationError("url")


def _matching(pattern: str) -> Callable[[str], Any]:
    return validate.Regexp(pattern, error="choice")


def _moment(meaning: str, **more: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(
        format="iso",
        default_timezone=None,
        error_messages={
            **_ERRORS,
            "invalid": "time",
            "invalid_awareness": "time",
            "format": "time",
        },
        metadata={"description": meaning},
        **more,
    )


class _Taken(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "unknown", "type": "json"}


class ConsentSchema(_Taken):
    """One consent that was given elsewhere, with the proof of it."""

    number = _text(40, "A Japanese mobile number, however it is spelled.", required=True)
    purpose = _text(60, "The key of the purpose that was agreed to.", required=True)
    method = fields.String(
        required=True,
        validate=validate.OneOf(METHODS, error="choice"),
        error_messages=_ERRORS,
        metadata={"description": "How the person agreed."},
    )
    default_ticked = fields.Boolean(
        allow_none=True,
        truthy={True},
        falsy={False},
        error_messages=_ERRORS,
        metadata={"description": "Whether the box came ticked; null: not known."},
    )
    occurred_at = _moment("When the person acted, with its time zone.")
    expires_at = _moment("Until when the consent holds, where it ends.")
    wording = _text(5000, "The words the person saw beside the box or button.")
    wording_sha256 = fields.String(
        validate=_matching(r"[0-9a-f]{64}\Z"),
        error_messages=_ERRORS,
        metadata={"description": "Instead of the words: the hash of words the hub has."},
    )
    language = fields.String(
        validate=_matching(r"[a-z]{2}(-[A-Z]{2})?\Z"),
        error_messages=_ERRORS,
        metadata={"description": "The language of the words, such as ja."},
    )
    form_url = fields.String(
        validate=_address, error_messages=_ERRORS, metadata={"description": "Where the form is."}
    )
    form_text = _text(50_000, "The text of the whole form as it was shown.")
    privacy_notice_url = fields.String(
        validate=_address,
        error_messages=_ERRORS,
        metadata={"description": "The privacy notice that was shown."},
    )
    privacy_notice_version = _text(60, "Its version or date.")
    source = _text(100, "Your id of the record; of each source the newest consent counts.")
    ip = fields.IP(
        error_messages={**_ERRORS, "invalid_ip": "type"},
        metadata={"description": "The person's address; kept in the erasable part."},
    )
    user_agent = _text(300, "The person's browser; kept in the erasable part.")


class WithdrawalSchema(_Taken):
    """Somebody said stop elsewhere."""

    number = _text(40, "A Japanese mobile number, however it is spelled.", required=True)
    scope = fields.String(
        required=True,
        validate=_matching(r"(all|promotional|purpose:[a-z0-9][a-z0-9_-]{0,59})\Z"),
        error_messages=_ERRORS,
        metadata={"description": "all, promotional, or purpose:<key>."},
    )
    occurred_at = _moment("When the person said so; without it: now.")
    note = _text(500, "How it was said.")


class ConsentAnswerSchema(Schema):
    """What was recorded of a consent."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, metadata={"description": "The ledger entry."})
    event = fields.String(required=True)
    purpose = fields.String(required=True)
    method = fields.String(required=True)
    number = fields.String(required=True, allow_none=True, metadata={"description": "Masked."})
    strength = fields.Integer(
        required=True, metadata={"description": "How much it proves, from 1 to 5."}
    )
    strength_wanted = fields.Integer(
        required=True, metadata={"description": "What the policy asks of this purpose."}
    )
    missing = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The fields that would make it strong enough."},
    )
    excluded = fields.Boolean(
        required=True,
        metadata={"description": "The number is on the exclusion list, and stays there."},
    )
    default_ticked = fields.Boolean(required=True, allow_none=True)
    occurred_at = fields.AwareDateTime(required=True, allow_none=True)
    recorded_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    wording_sha256 = fields.String(required=True, allow_none=True)
    form_sha256 = fields.String(required=True, allow_none=True)
    form_url = fields.String(required=True, allow_none=True)
    privacy_notice_url = fields.String(required=True, allow_none=True)
    privacy_notice_version = fields.String(required=True, allow_none=True)


class WithdrawalAnswerSchema(Schema):
    """What was recorded of a withdrawal."""

    number = fields.String(required=True, metadata={"description": "Masked."})
    scope = fields.String(required=True)
    already = fields.Boolean(
        required=True, metadata={"description": "It was on the exclusion list before."}
    )
    occurred_at = fields.AwareDateTime(required=True)


class FaultSchema(Schema):
    """One field that is wrong."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer (RFC 6901)."})
    code = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """What is wrong with a request (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))
