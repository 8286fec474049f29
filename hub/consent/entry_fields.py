"""All that the ledger knows of an entry, as plain values for JSON."""

from datetime import datetime
from typing import Any

from hub.consent.dossier import Barred, Proven


def fields(each: Proven) -> dict[str, Any]:
    """Give an entry with every field of the ledger and what its ids and hashes stand for."""
    clear, row = each.row.clear, each.row
    values = {
        name: written(value) if isinstance(value, datetime) else value
        for name, value in clear.items()
    }
    return {
        **values,
        "wording": each.wording,
        "purpose_text": each.purpose.text if each.purpose else None,
        "purpose_version": each.purpose.version if each.purpose else None,
        "source": (
            {
                "connection": each.origin.name,
                "platform": each.origin.plugin,
                "account": each.origin.account_label,
            }
            if each.origin
            else None
        ),
        "collection": (
            {
                "id": each.collection.id,
                "statement": each.collection.statement,
                "signed_by": each.collection.signed_by,
                "declared_at": written(each.collection.declared_at),
                "period_from": written(each.collection.period_from),
                "period_until": written(each.collection.period_until),
                "revoked_at": written(each.collection.revoked_at),
            }
            if each.collection
            else None
        ),
        "ended_by": vars(each.ending) if each.ending else None,
        "messages": [
            {
                "gateway": f"gateway:{sent.gateway_id}",
                "count": sent.count,
                "first_at": written(sent.first_at),
                "last_at": written(sent.last_at),
            }
            for sent in each.sent
        ],
        "personal": dict(each.personal) or None,
        "personal_kept": each.personal_kept,
        "chain": {
            "prev_hash": row.prev_hash.hex(),
            "canonical": each.canonical,
            "hash": row.hash.hex(),
            "personal_digest": row.personal_digest.hex(),
            "personal_salt": (
                row.personal_salt.hex() if each.personal and row.personal_salt else None
            ),
            "source_salt": row.source_salt.hex() if row.source_salt else None,
        },
    }


def exclusion_fields(each: Barred) -> dict[str, Any]:
    """Give a row of the exclusion list with its receipts."""
    row = each.row
    return {
        "id": row.id,
        "scope": row.scope,
        "origin": row.origin,
        "actor": row.actor,
        "occurred_at": written(row.occurred_at),
        "recorded_at": written(row.recorded_at),
        "lifted_at": written(row.lifted_at),
        "lifted_why": row.lifted_why,
        "receipts": [
            {
                "connection": told.connection,
                "record": told.ref,
                "change": told.change,
                "state": told.state,
                "confirmed": told.confirmed,
                "acknowledged_at": written(told.acknowledged_at),
            }
            for told in each.told
        ],
    }


def written(at: datetime | None) -> str | None:
    """Give a time as ISO 8601; None stays None."""
    return None if at is None else at.isoformat()
