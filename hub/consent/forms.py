"""Hosted opt-in forms: what is asked for, in versions, and the words each box shows."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import orjson

from hub.consent.documents import storable
from hub.consent.entry import CONFIRMATION
from hub.consent.purposes import Purpose
from hub.errors import ConfigError
from hub.store import forms as queries
from hub.store import purposes as purpose_rows
from hub.store.database import Tx
from hub.store.forms import FormContent, FormRow, FormTexts
from hub.values.words import Language

Form = FormRow

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{2,59}")
_LONGEST = 2000
_LANGUAGES: frozenset[Language] = frozenset({"ja", "en"})


def publish(tx: Tx, *, key: str, content: FormContent, by: str, now: datetime) -> Form:
    """Store a form, or the next version of the one with this key; give it.

    The same content again changes nothing, save that a retired form is open once more. Raises
    ConfigError naming the field that is missing or wrong.
    """
    _check(tx, key, content)
    known = queries.current(tx, key)
    if known is not None and known.retired_at is None and known.content == content:
        return known
    return queries.add_version(tx, key, content, by, now)


def find(tx: Tx, key: str) -> Form | None:
    """Give the form at this address as it is now; None where there is none or it was retired."""
    row = queries.current(tx, key) if _KEY.fullmatch(key) else None
    return None if row is None or row.retired_at is not None else row


def version(tx: Tx, version_id: int) -> Form | None:
    """Give one version of a form, as it was shown then."""
    return queries.by_id(tx, version_id)


def retire(tx: Tx, key: str, by: str, now: datetime) -> bool:
    """Close a form; say whether it was open. What was agreed to on it stands."""
    return queries.retire(tx, key, by, now)


def every(tx: Tx) -> list[Form]:
    """Give the newest version of every form, retired ones too."""
    return queries.every(tx)


def purposes_of(tx: Tx, form: Form) -> list[Purpose]:
    """Give the purposes that have a box on the form, each as it is described now."""
    known = purpose_rows.current(tx, form.content.purposes)
    return [known[key] for key in form.content.purposes if key in known]


def texts_in(form: Form, language: Language) -> tuple[Language, FormTexts]:
    """Give the form's texts and the language they are in: this one, else the first it has."""
    texts = form.content.texts
    chosen = language if language in texts else next(iter(texts))
    return chosen, texts[chosen]


def box_text(texts: FormTexts, purpose: Purpose) -> str:
    """Give what somebody agrees to who ticks this purpose's box: the words kept as evidence."""
    return "\n".join(
        part for part in (texts.wording, purpose.label, purpose.text, texts.frequency) if part
    )


def shown_digest(
    form: Form, language: Language, purposes: Sequence[Purpose], sender: Mapping[str, str]
) -> str:
    """Give the SHA-256 of all that bears on consent on the form, in hex.

    The form sends it along: where it is not that of now, the text changed while it was read.
    """
    texts = form.content.texts[language]
    shown = {
        "form": [form.key, form.version, language],
        "texts": vars(texts),
        "purposes": [[each.key, each.version, each.label, each.text] for each in purposes],
        "notice": [form.content.privacy_notice_url, form.content.privacy_notice_version],
        "sender": dict(sender),
    }
    return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _check(tx: Tx, key: str, content: FormContent) -> None:
    if not _KEY.fullmatch(key):
        raise _wrong(
            "key",
            "write 3 to 60 small letters, digits and hyphens; it is part of the form's address.",
            "英小文字・数字・ハイフンで3〜60文字にしてください。フォームのURLになります。",
        )
    _check_texts(content.texts)
    known = purpose_rows.current(tx, content.purposes)
    missing = [each for each in content.purposes if each not in known or each == CONFIRMATION]
    if missing or not content.purposes:
        listed = ", ".join(each[:60] for each in missing)
        raise _wrong(
            "purpose",
            f"there is no such purpose ({listed or 'none given'}). "
            "Describe it with hub consent purpose add.",
            f"利用目的がありません({listed or '指定なし'})。"
            "hub consent purpose add で登録してください。",
        )
    if not is_web_address(content.privacy_notice_url) or not content.privacy_notice_version.strip():
        raise _wrong(
            "privacy_notice",
            "give the notice's address (https://…) and its version or date.",
            "プライバシーポリシーのURL(https://…)と版または日付を指定してください。",
        )
    if content.double_opt_in and content.gateway_id is None:
        raise _wrong(
            "gateway",
            "a double opt-in sends a code by SMS. Name the gateway connection that sends it.",
            "SMSの確認コードを送るゲートウェイの接続を指定してください。",
        )
    for origin in content.origins:
        if not is_origin(origin):
            raise _wrong(
                "origin",
                "write where the page stands that shows the form, such as https://www.example.jp.",
                "フォームを埋め込むページのオリジンを https://www.example.jp "
                "の形で書いてください。",
            )


def _check_texts(texts: Mapping[Language, FormTexts]) -> None:
    if not texts or set(texts) - _LANGUAGES:
        raise _wrong(
            "language", "give its texts in ja, in en, or in both.", "ja か en の文言が必要です。"
        )
    for language, each in texts.items():
        for name, text in vars(each).items():
            if name != "frequency" and not text.strip():
                raise _wrong(
                    name,
                    f"the text in {language} is empty. Write what people see.",
                    f"{language}の文言が空です。表示する文言を入力してください。",
                )
            if len(text) > _LONGEST or storable(text) != text:
                raise _wrong(
                    name,
                    f"the text in {language} is longer than {_LONGEST} characters, or holds one "
                    "that no database takes. Shorten or retype it.",
                    f"{language}の文言が{_LONGEST}文字を超えるか、保存できない文字を含んでいます。"
                    "短くするか入力し直してください。",
                )


def is_web_address(text: str) -> bool:
    """Say whether a text is a whole address of a page that a browser may open."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    ours = parts.scheme in ("https", "http") and bool(parts.hostname)
    return ours and text.isascii() and not re.search(r"[\s\"'<>\\]", text) and len(text) <= 2000


def is_origin(text: str) -> bool:
    """Say whether a text is scheme, host and port of a page, and nothing that a policy would read.

    Semicolon and comma end a directive of a content policy (CSP 3, section 2.2).
    """
    return re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", text) is not None


def _wrong(key: str, en: str, ja: str) -> ConfigError:
    return ConfigError(key, f"{key}: {en}", f"{key}: {ja}")
