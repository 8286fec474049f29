"""A consent on paper, entered by an administrator: the person signed, somebody kept the sheet.

It renews what a changed, silent or dead number had suspended, and re-opens what the person had
stopped before they signed: a signature is an act of their own, like a form with its code.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub.consent.classes import advertises
from hub.consent.entry import Method
from hub.consent.purposes import Purpose
from hub.contacts.collecting import Agreed, Collected, Kept, Platforms, collect
from hub.errors import ConfigError
from hub.optout import act
from hub.store import erasure, people
from hub.store.cipher import Cipher
from hub.store.database import Tx

_EARLIEST = datetime(1997, 1, 1, tzinfo=UTC)
"""There were no SMS in Japan before."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One signed sheet. `number` is E.164, `kept_at` says where the sheet or its scan lies."""

    number: str = field(repr=False)
    signed_at: datetime
    wording: str
    kept_at: str
    actor: str


def enter(
    tx: Tx,
    cipher: Cipher,
    paper: Paper,
    purpose: Purpose,
    *,
    platforms: Platforms,
    controller: str,
    now: datetime,
) -> Kept:
    """Write down the consent to one purpose; give its entry, and whether it is still excluded.

    What the person said after signing stands. Raises ConfigError naming the field that is missing
    or impossible: `signed_at`, `wording`, `paper`.
    """
    _check(paper, now)
    contact_id = people.contacts_for(tx, [cipher.lookups(paper.number)], now)[0]
    people.lock_contacts(tx, [contact_id])
    erasure.come_back(tx, [contact_id], paper.signed_at, records=True)
    act.reopen(
        tx,
        cipher,
        contact_id=contact_id,
        purpose_key=purpose.key,
        occurred_at=paper.signed_at,
        why="paper",
        actor=paper.actor,
        now=now,
        sink_connections=platforms.opt_outs,
        controller=controller,
    )
    collected = Collected(
        number=paper.number,
        agreed=[Agreed(purpose_key=purpose.key, wording=paper.wording.strip())],
        method=Method.PAPER,
        # A sheet of its own: it takes the place of no other consent.
        source_ref=f"paper:{paper.kept_at.strip()}"[:120],
        actor=paper.actor,
        occurred_at=paper.signed_at,
        source_value=paper.kept_at.strip(),
    )
    (kept,) = collect(
        tx,
        cipher,
        collected,
        promotional={purpose.key: advertises(purpose.message_class)},
        platforms=platforms,
        controller=controller,
        now=now,
    )
    return kept


def _check(paper: Paper, now: datetime) -> None:
    if not _EARLIEST <= paper.signed_at <= now:
        raise ConfigError(
            "signed_at",
            "signed_at: nobody can have signed then. Write the day on the paper.",
            "signed_at: 署名日として成り立たない日付です。書面の日付を書いてください。",
        )
    for key, text in (("wording", paper.wording), ("paper", paper.kept_at)):
        if not text.strip():
            raise ConfigError(
                key,
                f"{key}: a paper without it proves nothing. Write it out.",
                f"{key}: 記載のない書面は証拠になりません。入力してください。",
            )
