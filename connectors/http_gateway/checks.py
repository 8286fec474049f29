"""What a vendor file must not say, and the sentence that tells what to write instead.

Each check raises ValidationError with one `Words`; marshmallow adds the place.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from marshmallow import ValidationError

from hub.sdk import Words

from .filling import OF_QUESTION, OF_SMS, SETTINGS, clashes, has_stray_brace, places
from .paths import is_path

# A name with a letter at its end: no IP address and no `localhost`, so that a vendor file cannot
# make the hub call a machine of the company's own network by its address.
_HOST = re.compile(
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(:[1-9][0-9]{1,4})?", re.IGNORECASE
)
_INTERNAL = ("local", "internal", "localhost", "localdomain", "lan", "home", "arpa")
_PATH = re.compile(r"/[A-Za-z0-9._~/{}@:+-]*")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_PLAIN = re.compile(r"[\x20-\x7e]{1,200}")
# These say how a call is framed, and are the hub's to set.
_OURS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "cookie"}


def refusal(ja: str, en: str, key: str = "_schema") -> ValidationError:
    """Give the error with this sentence."""
    return ValidationError({key: [Words(ja=ja, en=en)]} if key != "_schema" else [Words(ja, en)])


def one_of(*choices: str) -> Callable[[str], None]:
    """Give the check that a text is one of these."""

    def check(text: str) -> None:
        if text not in choices:
            listed = ", ".join(str(choice) for choice in choices)
            raise refusal(
                f"次のいずれかを書いてください: {listed}", f"write one of these: {listed}"
            )

    return check


def bare_host(text: str) -> None:
    """Refuse what is no public host name."""
    if not _HOST.fullmatch(text) or text.split(":")[0].rsplit(".", 1)[1].lower() in _INTERNAL:
        raise refusal(
            "https:// やパスを付けずに、事業者のホスト名だけを書いてください(例: api.example.jp)",
            "write the vendor's host name alone, without https:// or a path, such as "
            "api.example.jp",
        )


def path_of_call(text: str) -> None:
    """Refuse what is no path of a call."""
    if not _PATH.fullmatch(text) or "/../" in f"{text}/" or has_stray_brace(text):
        raise refusal(
            "/ で始まるパスを書いてください(例: /api/{account}/messages)。"
            "パラメータは fields に書きます",
            "write a path that begins with a slash, such as /api/{account}/messages; "
            "parameters go into fields",
        )


def path_of_value(text: str) -> None:
    """Refuse what is no place in an answer."""
    if not is_path(text):
        raise refusal(
            "項目の場所を id、error.code、tags[0] のように書いてください",
            "write where the value sits, such as id, error.code or tags[0]",
        )


def header_name(text: str) -> None:
    """Refuse what is no header, or one that is the hub's to set."""
    if not _HEADER.fullmatch(text) or text.lower() in _OURS:
        raise refusal(
            "ヘッダー名を X-Api-Key のように書いてください。Host や Content-Type は書けません",
            "write the name of a header such as X-Api-Key; Host and Content-Type are the hub's",
        )


def header_values(text: str) -> None:
    """Refuse what no header can hold; secrets belong into the settings."""
    if not _PLAIN.fullmatch(text):
        raise refusal(
            "半角文字で書いてください。秘密の値は auth を使います",
            "write plain characters; for a secret use auth",
        )


def networks(addresses: Sequence[str]) -> None:
    """Refuse what are no IP addresses or ranges."""
    for address in addresses:
        try:
            ip_network(address)
        except ValueError as exc:
            raise refusal(
                "IPアドレスか、203.0.113.0/28 の形の範囲を書いてください",
                "write IP addresses, or ranges such as 203.0.113.0/28",
            ) from exc


def fields_fit(call: Mapping[str, Any], *, of_sms: bool) -> None:
    """Refuse places nobody fills, and fields that stand in each other's way."""
    known = (*SETTINGS, *(OF_SMS if of_sms else OF_QUESTION))
    wrong: dict[str, list[Words]] = {}
    for name, text in call.get("fields", {}).items():
        if has_stray_brace(text) or set(places(text)) - set(known):
            wrong[name] = [_no_such_place(known)]
    if wrong:
        raise ValidationError({"fields": wrong})
    # A path is written into logs by everything on the way, so it has no number and no text.
    in_path = (*SETTINGS, *OF_QUESTION)
    if set(places(call.get("path", ""))) - set(in_path):
        raise ValidationError({"path": [_no_such_place(in_path)]})
    if of_sms and call.get("method") == "GET":
        raise ValidationError({"method": [_NO_GET]})
    nested = call.get("body") == "json" and call.get("method") != "GET"
    if nested and clashes(tuple(call.get("fields", {}))):
        raise refusal(
            "同じ名前が値とその入れ物の両方に使われています。一方の名前を直してください",
            "one name is both a value and what holds values; change one of them",
            "fields",
        )


def axes_fit(reports: Mapping[str, Any]) -> None:
    """Refuse a state that names more or fewer values than there are axes."""
    count = len(reports.get("axes", ()))
    for place, rule in enumerate(reports.get("states", ())):
        if len(rule.axes) != count:
            words = Words(
                ja=f"axes の順に値を{count}個書いてください。何でもよいところは * とします",
                en=f"write {count} values in the order of axes, with * where any will do",
            )
            raise ValidationError({"states": {place: {"is": [words]}}})
    if reports.get("reference") is None and reports.get("key") is None:
        raise refusal(
            "どのSMSの結果かが分かるように、reference か key の場所を書いてください",
            "say where reference or key sits, so that a result can be given to its SMS",
            "reference",
        )


def just_one_list(callback: Mapping[str, Any]) -> None:
    """Refuse a callback whose JSON has no field to sit in, or a field with no JSON."""
    if (callback.get("kind") == "json_in_form") is not (callback.get("field") is not None):
        raise refusal(
            'kind = "json_in_form" のときだけ、JSONが入るフォームの項目名を書いてください',
            'name the field of the form that holds the JSON, and only where kind = "json_in_form"',
            "field",
        )


def whole(data: Mapping[str, Any]) -> None:
    """Refuse a file whose tables do not go together."""
    send, profile, look_up = data.get("send"), data.get("profile"), data.get("look_up")
    if send is None or profile is None:
        return
    used = {place for text in send.fields.values() for place in places(text)}
    for place in ("number", "text"):
        if place not in used:
            raise ValidationError({"send": {"fields": [_needed(place)]}})
    if not any(rule.outcome == "accepted" for rule in send.rules):
        raise ValidationError({"send": {"rules": [_NO_YES]}})
    if profile.idempotency != "none" and "key" not in used:
        raise ValidationError({"send": {"fields": [_needed("key")]}})
    if profile.idempotency == "lookup" and look_up is None:
        raise ValidationError({"look_up": [_NO_LOOK_UP]})
    if profile.idempotency == "key" and not any(r.outcome == "repeated" for r in send.rules):
        raise ValidationError({"send": {"rules": [_NO_REPEAT]}})
    for name in ("look_up", "check"):
        asked = data.get(name)
        if asked is not None and not any(rule.outcome == "accepted" for rule in asked.rules):
            raise ValidationError({name: {"rules": [_NO_YES]}})


def _needed(place: str) -> Words:
    return Words(
        ja=f"いずれかの項目に {{{place}}} を入れてください",
        en=f"put {{{place}}} into one of the fields",
    )


def _no_such_place(known: Sequence[str]) -> Words:
    listed = ", ".join(f"{{{name}}}" for name in known)
    return Words(
        ja=f"波かっこの中に書けるのは次のものだけです: {listed}",
        en=f"only these can stand in braces: {listed}",
    )


_NO_GET = Words(
    ja="番号と本文がURLに残るため、送信にはPOSTかPUTを書いてください",
    en="write POST or PUT: a GET leaves number and text in addresses and logs",
)
_NO_YES = Words(
    ja='受け付けられた応答がどれかを outcome = "accepted" の行に書いてください',
    en='say which answer is a yes, in a line with outcome = "accepted"',
)
_NO_LOOK_UP = Words(
    ja='idempotency = "lookup" には、問い合わせ方を書いた look_up の表が必要です',
    en='idempotency = "lookup" needs a table look_up that says how to ask',
)
_NO_REPEAT = Words(
    ja='同じ {key} の再送への応答を outcome = "repeated" の行に書いてください。'
    '断らない事業者では idempotency に "key" は使えません',
    en="say how a repeated {key} is answered, in a line with "
    'outcome = "repeated"; a vendor that does not refuse it is no "key"',
)
