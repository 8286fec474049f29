"""Problem details (RFC 9457): what is wrong with a request, where, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from flask import request
from werkzeug.wrappers import Response

from hub.values.words import Words
from hub.web.language import reader_language

MEDIA_TYPE = "application/problem+json"

SENTENCES: Mapping[str, Words] = {
    "required": Words("必須の項目です。値を入れてください。", "It is required. Give it."),
    "null": Words("nullにはできません。値を入れてください。", "It cannot be null. Give a value."),
    "type": Words(
        "値の型が違います。仕様を確認してください。",
        "It is of another type. See the API's description.",
    ),
    "length": Words(
        "長さが範囲外です。仕様を確認してください。",
        "It is too long or too short. See the API's description.",
    ),
    "characters": Words(
        "保存できない文字(制御文字など)を含んでいます。取り除いてください。",
        "It holds characters that cannot be stored, such as control characters. Remove them.",
    ),
    "choice": Words(
        "使える値ではありません。仕様を確認してください。",
        "It is none of the values that count. See the API's description.",
    ),
    "unknown": Words(
        "この項目はありません。名前を確認してください。", "There is no such field. Check its name."
    ),
    "time": Words(
        "タイムゾーン付きのISO 8601の日時で書いてください。例: 2026-01-13T10:00:00+09:00",
        "Write a time of ISO 8601 with its zone, such as 2026-01-13T10:00:00+09:00.",
    ),
    "url": Words("https:// から始まるURLを書いてください。", "Write a whole address, https://…"),
    "json": Words("JSONとして読めません。", "The body is no JSON object. Correct it."),
}
"""Sentences for what may be wrong with any field."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One field that is wrong: its JSON pointer, a code, and the sentence for it."""

    pointer: str
    code: str
    words: Words


class Refusal(Exception):
    """A request is refused; it carries the status, the sentence, and the fields that are wrong."""

    def __init__(
        self,
        status: int,
        code: str,
        words: Words,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.words = words
        self.faults = faults
        self.headers = headers or {}

    def answer(self) -> Response:
        """Give the answer."""
        return answer(
            self.status, self.words, code=self.code, faults=self.faults, headers=self.headers
        )


def wrong_field(pointer: str, code: str, words: Words | None = None) -> Refusal:
    """Give the refusal of a body because of one field."""
    return wrong_fields([Fault(pointer=pointer, code=code, words=words or SENTENCES[code])])


def wrong_fields(faults: Sequence[Fault]) -> Refusal:
    """Give the refusal of a body because of these fields."""
    words = Words(
        "内容に誤りがあります。errorsの各項目を直してください。",
        "The body is wrong. Correct the fields that errors names.",
    )
    return Refusal(422, "invalid_body", words, faults=faults)


def faults_of(messages: object, pointer: str = "") -> Iterator[Fault]:
    """Give the faults in what marshmallow says, whose messages are our codes."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            # What concerns the object as a whole has no field of its own.
            step = "" if name == "_schema" else f"/{_escaped(str(name))}"
            yield from faults_of(inner, pointer + step)
    elif isinstance(messages, Sequence) and not isinstance(messages, str):
        for inner in messages:
            yield from faults_of(inner, pointer)
    else:
        code = messages if isinstance(messages, str) and messages in SENTENCES else "type"
        yield Fault(pointer=pointer, code=code, words=SENTENCES[code])


def answer(
    status: int,
    words: Words,
    *,
    code: str = "",
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Give a problem as an answer, in the language the caller asks for, English by default."""
    language = reader_language(request, "en")
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": words.in_(language),
    }
    if code:
        body["code"] = code
    if faults:
        body["errors"] = [
            {"pointer": each.pointer, "code": each.code, "detail": each.words.in_(language)}
            for each in faults
        ]
    response = Response(orjson.dumps(body), status=status, content_type=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
