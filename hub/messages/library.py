"""The library of templates: what may be sent, kept in versions."""

import re
from collections.abc import Collection
from datetime import datetime

from hub.consent import purposes
from hub.consent.classes import advertises
from hub.consent.purposes import Purpose
from hub.errors import ConfigError
from hub.messages.linter import Finding, Sender, lint
from hub.messages.offers import find_offers
from hub.messages.templates import Template, parse
from hub.store import templates as queries
from hub.store.database import Tx
from hub.store.templates import TemplateRow
from hub.values.words import Language

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def publish(
    tx: Tx,
    *,
    key: str,
    label: str,
    purpose_key: str,
    body: str,
    actor: str,
    sender: Sender,
    known: Collection[str] | None,
    now: datetime,
    language: Language = "ja",
    own_links: Collection[str] = (),
    confirmed_why: str | None = None,
) -> TemplateRow:
    """Store a template, or the next version of the one with this key; give it.

    The same text, label and purpose again change nothing. `known` are the fields it may use
    besides the hub's own, None where that is not known yet; `own_links` are the hub's addresses.
    Raises ConfigError: `key`, `purpose`, or `body` for a text that cannot be read, that advertises
    without what the law wants shown, or that looks like advertising under a purpose for notices.
    The last is only a warning: with `confirmed_why` the text is stored, and the reason with it.
    """
    if not _KEY.fullmatch(key):
        raise ConfigError(
            "key",
            f'"{key[:60]}" cannot name a template. Write small letters, digits, - and _.',
            f"「{key[:60]}」はテンプレートの名前に使えません。英小文字・数字・-・_で書いてください。",
        )
    purpose = purpose_of(tx, purpose_key)
    template = parse(body, known)
    findings = review(template, purpose, sender, own_links)
    confirmed_why = (confirmed_why or "").strip() or None
    barring = [each for each in findings if each.level == "error" or confirmed_why is None]
    if barring:
        raise ConfigError(
            "body",
            " ".join(f"{each.code}: {each.words.en}" for each in barring),
            " ".join(f"{each.code}: {each.words.ja}" for each in barring),
        )
    before = queries.latest(tx, key)
    same = (label, purpose_key, body, language)
    if before and (before.label, before.purpose_key, before.body, before.language) == same:
        return before
    return queries.add_version(
        tx,
        key=key,
        label=label,
        purpose_key=purpose_key,
        language=language,
        body=body,
        actor=actor,
        now=now,
        confirmed_why=confirmed_why if findings else None,
    )


def review(
    template: Template, purpose: Purpose, sender: Sender, own_links: Collection[str]
) -> list[Finding]:
    """Give what is wrong with a text for this purpose: errors, or warnings one may confirm."""
    if advertises(purpose.message_class):
        return lint(template, sender)
    return find_offers(template, own_links)


def find(tx: Tx, key: str) -> TemplateRow:
    """Give the newest version of a template. Raises ConfigError(`template`) where there is none."""
    row = queries.latest(tx, key)
    if row is None or row.retired_at is not None:
        known = ", ".join(each.key for each in queries.all_latest(tx)) or "none"
        raise ConfigError(
            "template",
            f'There is no template "{key[:60]}". There are: {known}.',
            f"テンプレート「{key[:60]}」はありません。登録済み: {known}",
        )
    return row


def purpose_of(tx: Tx, purpose_key: str) -> Purpose:
    """Give the purpose of a template. Raises ConfigError(`purpose`) where there is none."""
    purpose = purposes.get(tx, purpose_key)
    if purpose is None:
        raise ConfigError(
            "purpose",
            f'There is no purpose "{purpose_key[:60]}". Describe it with hub consent purpose add.',
            f"利用目的「{purpose_key[:60]}」はありません。"
            "hub consent purpose add で登録してください。",
        )
    return purpose
