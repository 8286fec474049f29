"""One page of records into the store: everything in the caller's one transaction.

The work is set-wise. A record whose standing and version are what they were costs one line of an
UPDATE; only what changed is locked, judged and written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.consent import exclusions, ledger
from hub.consent.entry import Entry, Invalidated
from hub.consent.exclusions import Origin
from hub.contacts.case import Case, before_of, case_of, judge_case, phones_of
from hub.contacts.entries import left
from hub.contacts.known import Source
from hub.contacts.phone import Phone
from hub.contacts.setting import Setting
from hub.contacts.verdict import KEEPING, Judgement, OptOutAct
from hub.contacts.writing import is_as_it_was, writing_of
from hub.optout import act
from hub.optout.stop import Stop
from hub.store import erasure, further, links, people
from hub.store import lookups as lookup_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.links import ContactState
from hub.store.people import LinkRow
from hub.values.contact import SourceContact


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What became of a page.

    `verdicts` counts the records by verdict, `changed` those that were news. `stopped` says that
    opt-outs wait to be pushed.
    """

    verdicts: Mapping[str, int]
    changed: int
    stopped: bool


def store_page(
    tx: Tx, cipher: Cipher, setting: Setting, items: Sequence[SourceContact], now: datetime
) -> Stored:
    """Store what these records say, and do what follows from it.

    Locks are taken in the order every room keeps: contacts, ledger, then all else.
    """
    contacts = {str(item.ref): item for item in items}
    phones = phones_of(items)
    numbers = list({phone.e164 for phone in phones.values() if isinstance(phone, Phone)})
    lookups = [cipher.lookups(number) for number in numbers]
    found = people.find_or_make(tx, lookups, now)
    ids = dict(zip(numbers, found.ids, strict=True))
    rows = people.find_links(tx, setting.connection.id, list(contacts))
    cases = []
    for ref, item in contacts.items():
        phone = phones[item.number]
        contact_id = ids[phone.e164] if isinstance(phone, Phone) else None
        cases.append(case_of(item, phone, contact_id, rows.get(ref), setting.source, now))
    same = [case.row for case in cases if case.row and is_as_it_was(setting, case)]
    known_ids = {row.id for row in same}
    cases = [case for case in cases if not (case.row and case.row.id in known_ids)]
    # Numbers made in this very transaction nobody else can see: they need no lock.
    news = {id_ for case in cases if case.news for id_ in case.contacts()}
    known = sorted(news - found.made.keys())
    people.lock_contacts(tx, [*known, *found.lacking])
    lookup_rows.add(tx, found.lacking)
    stops = exclusions.active(tx, known)
    had = news.union(*(case.contacts() for case in cases if not case.news))
    states = links.contact_states(tx, sorted(had - found.made.keys()))
    judged = [(case, judge_case(case, states, stops, setting.source, now)) for case in cases]
    states = _welcomed(tx, setting, judged, states, now)
    _write_down(tx, cipher, setting, judged, now)
    writing = writing_of(cipher, setting, judged, states, found.made)
    links.touch_links(tx, sorted(known_ids), setting.read_at, setting.round_)
    links.put_links(tx, writing.links)
    links.put_numbers(tx, writing.numbers)
    links.drop_numbers(tx, sorted(writing.losing), KEEPING)
    # A record that joins a number on the exclusion list has to be told of it too. Of a number that
    # was stopped just now the records known before were told with it.
    stopped = {id_ for id_ in known if stops.get(id_)}
    new = {stop.contact_id for _, each in judged for stop in each.opt_outs}
    stopped |= new.intersection(case.contact_id for case, each in judged if not each.out)
    pushed = act.push_for_links(tx, sorted(stopped), setting.sinks, now) if stopped else 0
    pushed += act.push_again(tx, setting.connection.id, _no_longer_out(judged, stops), now)
    verdicts = Counter(row.verdict for row in writing.links)
    verdicts.update(row.verdict for row in same)
    return Stored(
        verdicts=verdicts,
        changed=sum(case.news for case in cases),
        stopped=bool(pushed) or any(each.opt_outs or each.reopenings for _, each in judged),
    )


def store_vanished(
    tx: Tx, cipher: Cipher, source: Source, rows: Sequence[LinkRow], now: datetime
) -> None:
    """Let records go that are not there any more: what they vouched for falls with them.

    So do the numbers that were kept for them, further ones too.
    """
    living = [row for row in rows if row.vanished_at is None]
    kept_for = further.contacts_of(tx, [(source.connection_id, row.ref) for row in living])
    contact_ids = sorted(frozenset().union(*kept_for.values()))
    people.lock_contacts(tx, contact_ids)
    entries: list[Entry] = []
    for row in living:
        entries += left(row.ref, before_of(row), source, Invalidated.RECORD_GONE, now)
    ledger.append(tx, cipher, entries, now)
    links.vanish(tx, [row.id for row in living], now)
    links.drop_numbers(tx, contact_ids, KEEPING)


def _welcomed(
    tx: Tx,
    setting: Setting,
    judged: Sequence[tuple[Case, Judgement]],
    states: dict[int, ContactState],
    now: datetime,
) -> dict[int, ContactState]:
    """Take the tombstones of those away who agreed anew after they were erased; give the states."""
    back = [case for case, judgement in judged if judgement.back]
    if not back:
        return states
    ids = sorted({case.contact_id for case in back if case.contact_id is not None})
    erasure.come_back(tx, ids, now, records=False)
    erasure.records_back(tx, setting.connection.id, [case.ref for case in back])
    again = {id_: replace(states[id_], erased_at=None) for id_ in ids if id_ in states}
    return {**states, **again}


def _no_longer_out(
    judged: Sequence[tuple[Case, Judgement]], stops: Mapping[int, Sequence[ExclusionRow]]
) -> list[str]:
    """Give the records that show a standing opt-out no more, with no new consent for it."""
    return [
        case.ref
        for case, judgement in judged
        if case.before is not None
        and case.before.out
        and not judgement.out
        and not judgement.reopenings
        and case.contact_id is not None
        and stops.get(case.contact_id)
    ]


def _write_down(
    tx: Tx,
    cipher: Cipher,
    setting: Setting,
    judged: Sequence[tuple[Case, Judgement]],
    now: datetime,
) -> None:
    ledger.append(tx, cipher, [entry for _, each in judged for entry in each.entries], now)
    waiting: list[Stop] = []
    for case, judgement in judged:
        waiting += [_stop(case, each, setting) for each in judgement.opt_outs]
        if judgement.reopenings:
            # What the records before this one said comes first, as it stands in the page.
            act.opt_out_many(tx, cipher, waiting, now=now, sink_connections=setting.sinks)
            waiting = []
        for yes in judgement.reopenings:
            act.reopen(
                tx,
                cipher,
                contact_id=yes.contact_id,
                purpose_key=yes.purpose_key,
                actor=setting.source.actor,
                occurred_at=yes.occurred_at,
                now=now,
                why="consent",
                connection_id=setting.connection.id,
                source_ref=case.ref,
                sink_connections=setting.sinks,
            )
    act.opt_out_many(tx, cipher, waiting, now=now, sink_connections=setting.sinks)


def _stop(case: Case, said: OptOutAct, setting: Setting) -> Stop:
    return Stop(
        contact_id=said.contact_id,
        scope=said.scope,
        origin=Origin.PLATFORM,
        actor=setting.source.actor,
        occurred_at=said.occurred_at,
        connection_id=setting.connection.id,
        source_ref=case.ref,
    )
