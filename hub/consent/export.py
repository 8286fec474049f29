"""Exporting the ledger for somebody who has to read it: one file, one person or everybody.

Written person by person, so memory stays flat; texts of forms stand once, at the end.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from hub.consent.dossier import Dossier, Reader
from hub.consent.entry_fields import written
from hub.consent.iso27560 import PROFILE, SCHEMA_VERSION, Controller, records
from hub.store.ledger import Head
from hub.store.proofs import Selection
from hub.values.words import Language

FORMAT = "sms-connector-hub/consent-export/1"


@dataclass(frozen=True, kw_only=True)
class Export:
    """What is exported, for whom, when; `head` is the ledger's newest row then."""

    wanted: Selection
    clear: bool
    at: datetime
    by: str
    controller: Controller
    head: Head | None
    people: int
    language: Language


@dataclass(kw_only=True)
class Written:
    """How much was written."""

    people: int = 0
    entries: int = 0

    def count(self, dossier: Dossier) -> None:
        """Count one person."""
        self.people += 1
        self.entries += len(dossier.entries)


def write_json(out: TextIO, reader: Reader, export: Export) -> Written:
    """Write the export as one JSON document; its records are ISO/IEC TS 27560's."""
    done = Written()
    out.write("{\n")
    for key, value in _heading(export).items():
        out.write(f"{json.dumps(key)}: {_line(value)},\n")
    out.write('"records": [')
    between = "\n"
    forms: dict[str, None] = {}
    gateways: set[int] = set()
    for dossier in reader.every(export.wanted):
        done.count(dossier)
        forms |= dict.fromkeys(form_hashes(dossier))
        gateways |= {sent.gateway_id for each in dossier.entries for sent in each.sent}
        for record in records(dossier, export.controller):
            out.write(between + _line(record))
            between = ",\n"
    out.write('\n],\n"gateways": ' + _line(_gateways(reader, gateways)))
    out.write(',\n"forms": {')
    out.write(",\n".join(f"{json.dumps(each)}: {_line(reader.text(each))}" for each in forms))
    out.write("}\n}\n")
    return done


def form_hashes(dossier: Dossier) -> Sequence[str]:
    """Give the hashes of the forms that a person's entries and their declarations name."""
    own = [each.row.clear["form_sha256"] for each in dossier.entries]
    declared = [each.collection.form_sha256 for each in dossier.entries if each.collection]
    return [each for each in dict.fromkeys([*own, *declared]) if each]


def _heading(export: Export) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "conforms_to": [SCHEMA_VERSION, PROFILE],
        "exported_at": written(export.at),
        "exported_by": export.by,
        "numbers": "clear" if export.clear else "masked",
        "selection": {
            "contact": export.wanted.contact_id,
            "purpose": export.wanted.purpose_key,
            "from": written(export.wanted.since),
            "until": written(export.wanted.until),
        },
        "people": export.people,
        "ledger_head": (
            {"seq": export.head.seq, "hash": export.head.hash.hex()} if export.head else None
        ),
        "how_to_check": (
            "SHA-256 of the bytes of prev_hash followed by canonical (UTF-8) is hash; prev_hash is "
            "the hash of the row with the place before. A text's hash is the SHA-256 of its UTF-8 "
            "bytes. The whole chain: hub consent verify."
        ),
    }


def _gateways(reader: Reader, ids: Collection[int]) -> dict[str, dict[str, str]]:
    return {
        f"gateway:{each.id}": {"name": each.name, "label": each.label, "platform": each.plugin}
        for each in reader.origins.values()
        if each.id in ids
    }


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
