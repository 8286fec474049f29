"""What a declaration would cover, before anybody signs it: how many records, which not, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from hub.consent import collections
from hub.consent.collections import Collection, covers
from hub.contacts.verdict import Verdict
from hub.store import collection_cover as queries
from hub.store.cipher import Cipher
from hub.store.collection_cover import ProofRow, RecordRow
from hub.store.database import Tx
from hub.store.people import attributes_context
from hub.values.words import Words

COVERED = "covered"
WORDS: Mapping[str, Words] = {
    COVERED: Words("この申告が証拠になります", "Gets its evidence from this declaration"),
    "proves_itself": Words(
        "レコード自身が証拠を持っています(申告は不要)", "Proves itself; needs no declaration"
    ),
    "other_declaration": Words(
        "別の申告がすでに証拠になっています", "Another declaration proves it already"
    ),
    "before_period": Words("同意の日時が期間より前です", "Agreed before the period"),
    "after_period": Words("同意の日時が期間より後です", "Agreed after the period"),
    "other_attributes": Words("条件の属性に当てはまりません", "Its attributes are others"),
    "not_agreed": Words(
        "この利用目的に「はい」と記録されていません", "Does not say yes to this purpose"
    ),
    "expired": Words("同意の期限が切れています", "Its consent has expired"),
    "number_changed": Words("同意の後に番号が変わっています", "Its number changed since"),
    "stopped": Words("レコードが配信停止を示しています", "The record itself says stop"),
    "erased": Words("消去済みです", "Erased"),
    "no_number": Words("携帯電話番号がありません", "Has no mobile number"),
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A declaration that nobody signed yet, as far as it decides what is covered."""

    connection_id: int
    purpose_key: str
    period_from: datetime
    period_until: datetime | None
    filter: Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Cover:
    """How many records a declaration would cover, and how many not by reason (codes of `WORDS`)."""

    counts: Mapping[str, int]

    @property
    def covered(self) -> int:
        """How many would get their evidence from it."""
        return self.counts.get(COVERED, 0)

    @property
    def records(self) -> int:
        """How many were looked at."""
        return sum(self.counts.values())

    def others(self) -> list[tuple[str, int]]:
        """Give the reasons why records are not covered, the commonest first."""
        rest = [item for item in self.counts.items() if item[0] != COVERED]
        return sorted(rest, key=lambda item: (-item[1], item[0]))


def preview(tx: Tx, cipher: Cipher, proposal: Proposal, now: datetime) -> Cover:
    """Say what a declaration would cover, of the records as they were last read.

    By the same rule as the next reading of the connection, which then writes the entries.
    """
    standing = {each.id for each in collections.covering(tx, proposal.connection_id)}
    counts: Counter[str] = Counter()
    for page in queries.records(tx, proposal.connection_id):
        ids = [row.contact_id for row in page if row.contact_id is not None]
        proofs = queries.proofs(tx, proposal.connection_id, proposal.purpose_key, ids)
        for row in page:
            counts[_why(cipher, proposal, row, proofs.get(row.ref), standing, now)] += 1
    return Cover(counts=counts)


def _why(
    cipher: Cipher,
    proposal: Proposal,
    row: RecordRow,
    proof: ProofRow | None,
    standing: set[int],
    now: datetime,
) -> str:
    agreed = orjson.loads(row.agreed)
    barred = _barred(row, proposal.purpose_key in agreed)
    if barred:
        return barred
    if proof is not None and proof.expires_at is not None and proof.expires_at <= now:
        return "expired"
    if proof is not None and proof.event_type == "given":
        if proof.collection_id is None:
            return "proves_itself"
        if proof.collection_id in standing:
            return "other_declaration"
    seen = agreed[proposal.purpose_key]
    first_seen = None if seen is None else datetime.fromtimestamp(seen, UTC)
    at = (proof.occurred_at if proof else None) or first_seen
    return _outside(proposal, at, _attributes(cipher, proposal, row))


def _barred(row: RecordRow, agreed: bool) -> str | None:
    if row.contact_id is None:
        return "no_number"
    if row.verdict in (Verdict.ERASED, Verdict.NUMBER_CHANGED):
        return str(row.verdict)
    if row.out:
        return "stopped"
    return None if agreed else "not_agreed"


def _outside(proposal: Proposal, at: datetime | None, attributes: Mapping[str, str]) -> str:
    if covers(_as_collection(proposal), at, attributes):
        return COVERED
    if at is not None and at < proposal.period_from:
        return "before_period"
    if at is not None and proposal.period_until is not None and at > proposal.period_until:
        return "after_period"
    return "other_attributes"


def _attributes(cipher: Cipher, proposal: Proposal, row: RecordRow) -> Mapping[str, str]:
    if not proposal.filter or row.attributes_enc is None:
        return {}
    where = attributes_context(proposal.connection_id, row.ref)
    values: Mapping[str, str] = orjson.loads(cipher.decrypt(row.attributes_enc, where))
    return values


def _as_collection(proposal: Proposal) -> Collection:
    return Collection(
        **vars(proposal),
        id=0,
        method="",
        default_ticked=None,
        wording="",
        wording_language=None,
        form_url=None,
        form_sha256=None,
        form_text=None,
        privacy_notice_url=None,
        privacy_notice_version=None,
        scope=(),
        statement="",
        signed_by="",
        user_id=None,
        declared_at=proposal.period_from,
        revoked_at=None,
        revoked_by=None,
    )
