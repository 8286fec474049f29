"""Collections (取得方法の申告): an administrator's signed statement of how records agreed.

The law lets a sender keep, in place of a record for each person, the fixed part of what was shown
and the period it was shown in (ordinance to 特定電子メール法, art. 4). A CRM with a lone tick box
can be used lawfully that way, and only that way.
"""

from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.consent import documents
from hub.consent.entry import Method
from hub.errors import ConfigError
from hub.store import collections as queries
from hub.store import ledger as ledger_rows
from hub.store.collections import CollectionRow
from hub.store.database import Tx

Collection = CollectionRow

_METHODS = frozenset(Method) - {Method.IMPORT, Method.RECORD_EVENT}


def declare(
    tx: Tx,
    *,
    connection_id: int,
    purpose_key: str,
    method: Method | str,
    wording: str,
    statement: str,
    signed_by: str,
    period_from: datetime,
    now: datetime,
    period_until: datetime | None = None,
    default_ticked: bool | None = None,
    wording_language: str = "ja",
    form_url: str | None = None,
    form_text: str | None = None,
    privacy_notice_url: str | None = None,
    privacy_notice_version: str | None = None,
    scope: Sequence[str] = (),
    filter: Mapping[str, Sequence[str]] | None = None,  # noqa: A002 - the column's name
    user_id: int | None = None,
) -> int:
    """Write down a declaration; give its id. The connection's records are then to be read anew.

    `wording` is what people saw, `form_text` the page around it, `statement` what the signer
    vouches for, `scope` what was promised beside the purpose (how often, which brands). Raises
    ConfigError naming the field that is missing or impossible.
    """
    _check(method, wording, statement, signed_by, period_from, period_until, now)
    kept = [
        documents.kept(wording, "wording", wording_language),
        documents.kept(statement, "statement"),
    ]
    form = documents.kept(form_text, "form") if form_text else None
    ledger_rows.lock(tx)
    ledger_rows.keep_documents(tx, [*kept, form] if form else kept, now)
    return queries.add(
        tx,
        {
            "connection_id": connection_id,
            "purpose_key": purpose_key,
            "method": str(Method(method)),
            "default_ticked": default_ticked,
            "wording_sha256": kept[0].sha256,
            "form_url": form_url,
            "form_sha256": form.sha256 if form else None,
            "privacy_notice_url": privacy_notice_url,
            "privacy_notice_version": (privacy_notice_version or "")[:60] or None,
            "scope": list(scope),
            "period_from": period_from,
            "period_until": period_until,
            "filter": {key: list(values) for key, values in (filter or {}).items()},
            "statement_sha256": kept[1].sha256,
            "signed_by": signed_by,
            "user_id": user_id,
            "declared_at": now,
        },
    )


def revoke(tx: Tx, collection_id: int, by: str, now: datetime) -> bool:
    """Take a declaration back: every ground that rests on it falls at once, with no new entries.

    Gives False where it was taken back before.
    """
    return queries.revoke(tx, collection_id, by, now)


def covering(tx: Tx, connection_id: int) -> list[Collection]:
    """Give the connection's declarations that stand, oldest first."""
    return queries.of_connection(tx, connection_id, standing_only=True)


def every(tx: Tx, connection_id: int) -> list[Collection]:
    """Give all of the connection's declarations, revoked ones too, oldest first."""
    return queries.of_connection(tx, connection_id, standing_only=False)


def covers(collection: Collection, at: datetime | None, attributes: Mapping[str, str]) -> bool:
    """Say whether a record that agreed at this time, with these attributes, is covered.

    A time outside of the period is not covered. A record that says no time is: the declaration
    says it for all that the filter names. Where the tick is newer than the record, give the time
    it was first seen.
    """
    if collection.revoked_at is not None:
        return False
    if at is not None:
        if at < collection.period_from:
            return False
        if collection.period_until is not None and at > collection.period_until:
            return False
    return all(attributes.get(key) in values for key, values in collection.filter.items())


def first_covering(
    collections: Many[Collection],
    purpose_key: str,
    at: datetime | None,
    attributes: Mapping[str, str],
) -> Collection | None:
    """Give the first of these declarations that covers such a record for this purpose."""
    return next(
        (
            each
            for each in collections
            if each.purpose_key == purpose_key and covers(each, at, attributes)
        ),
        None,
    )


def _check(
    method: Method | str,
    wording: str,
    statement: str,
    signed_by: str,
    period_from: datetime,
    period_until: datetime | None,
    now: datetime,
) -> None:
    for name, text in (("wording", wording), ("statement", statement), ("signed_by", signed_by)):
        if not text.strip():
            raise ConfigError(
                name,
                f"{name}: a declaration without it proves nothing. Write it out.",
                f"{name}: 記載のない申告は証拠になりません。入力してください。",
            )
    if method not in _METHODS:
        raise ConfigError(
            "method",
            f"method: write one of {', '.join(sorted(_METHODS))}.",
            f"method: {', '.join(sorted(_METHODS))}のいずれかを書いてください。",
        )
    if period_from > now or (period_until is not None and period_until < period_from):
        raise ConfigError(
            "period",
            "period: it must have begun, and must not end before it begins. Correct the dates.",
            "period: 開始日は過去、終了日は開始日以降にしてください。",
        )
