"""`/api/v1/consents`: consents that were given on forms that exist already."""

from typing import Any

import orjson
from flask import request
from werkzeug.wrappers import Response

from hub.consent import purposes
from hub.consent.classes import advertises
from hub.consent.entry import CONFIRMATION, EventType, Method
from hub.consent.exclusions import active, bars
from hub.consent.lacking import lacking
from hub.consent.purposes import Purpose
from hub.consent.strength import WEAKEST
from hub.contacts.collecting import Agreed, Collected, collect
from hub.contacts.phone import mask
from hub.factory import Hub
from hub.store import ledger as ledger_rows
from hub.store import people
from hub.store.audit import add_audit
from hub.store.database import Tx
from hub.values.words import Words
from hub.web.rest import moment
from hub.web.rest.api import Operation, blueprint
from hub.web.rest.door import Door, actor, caller, need
from hub.web.rest.number import e164
from hub.web.rest.once import once
from hub.web.rest.problem import Refusal, wrong_field
from hub.web.rest.schemas import ConsentAnswerSchema, ConsentSchema

READ, WRITE = "consents:read", "consents:write"

_UNKNOWN_PURPOSE = Words(
    "この利用目的はありません。hub consent purpose add で登録してください。",
    "There is no such purpose. Describe it with hub consent purpose add.",
)
_TWICE = Words(
    "wordingとwording_sha256はどちらか一方だけにしてください。",
    "Give wording or wording_sha256, not both.",
)
_UNKNOWN_TEXT = Words(
    "この文言はハブに登録されていません。wordingで全文を送ってください。",
    "The hub has no such text. Send it once as wording.",
)
_NOT_THERE = Words("その同意の記録はありません。", "There is no such consent.")


def pages(hub: Hub, door: Door) -> Any:
    """Give the operations on consents."""
    consents = _Consents(hub)
    return blueprint(
        "api_consents",
        "Consents given elsewhere",
        door.enter,
        [
            Operation(
                path="/consents",
                method="POST",
                summary="Record a consent with its proof",
                view=consents.record,
                takes=ConsentSchema,
                gives=ConsentAnswerSchema,
                status=201,
                refusals=(400, 401, 403, 413, 415, 422, 429, 503),
            ),
            Operation(
                path="/consents/<string:consent_id>",
                method="GET",
                summary="Show a consent that was recorded",
                view=consents.show,
                takes=None,
                gives=ConsentAnswerSchema,
                status=200,
                refusals=(401, 403, 404, 429, 503),
            ),
        ],
    )


class _Consents:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def record(self, body: dict[str, Any]) -> Response:
        need(WRITE)
        number = e164(body["number"])
        now = self._hub.clock()
        occurred_at = moment.acted(body.get("occurred_at"), now)
        expires_at = moment.ends(body.get("expires_at"), occurred_at)
        platforms = self._hub.sign_ups.platforms()

        def work(tx: Tx) -> dict[str, object]:
            purpose = self._purpose(tx, body["purpose"])
            collected = Collected(
                number=number,
                agreed=[Agreed(purpose_key=purpose.key, wording=_wording(tx, body))],
                method=Method(body["method"]),
                source_ref=f"api:{body.get('source') or caller().prefix}",
                actor=actor(),
                default_ticked=body.get("default_ticked"),
                language=body.get("language"),
                form_url=body.get("form_url"),
                form_text=body.get("form_text"),
                privacy_notice_url=body.get("privacy_notice_url"),
                privacy_notice_version=body.get("privacy_notice_version"),
                occurred_at=occurred_at,
                expires_at=expires_at,
                ip=str(body["ip"]) if "ip" in body else None,
                user_agent=body.get("user_agent"),
            )
            (kept,) = collect(
                tx,
                self._hub.cipher,
                collected,
                promotional={purpose.key: advertises(purpose.message_class)},
                platforms=platforms,
                controller=self._hub.config.sender_name,
                now=now,
            )
            self._note(tx, "consent.recorded", kept.event_id)
            return self._shown(tx, kept.event_id)

        answer = once(self._hub, 201, work)
        self._hub.bells.pushes()
        self._hub.bells.consents()
        return answer

    def show(self, consent_id: str) -> Response:
        need(READ)
        with self._hub.database.write() as tx:
            values = self._shown(tx, consent_id)
            self._note(tx, "consent.seen", consent_id)
        return Response(orjson.dumps(values), mimetype="application/json")

    def _shown(self, tx: Tx, event_id: str) -> dict[str, object]:
        row = ledger_rows.by_event_id(tx, event_id) if len(event_id) <= 36 else None
        if row is None or row.clear["event_type"] not in (EventType.GIVEN, EventType.IMPORTED):
            raise Refusal(404, "not_found", _NOT_THERE)
        entry = row.clear
        contact_id = int(entry["contact_id"])
        purpose = purposes.get(tx, entry["purpose_key"])
        promotional = purpose is None or advertises(purpose.message_class)
        wanted = self._hub.policy.min_strength if promotional else WEAKEST
        number = people.numbers_of(tx, self._hub.cipher, [contact_id]).get(contact_id)
        stops = active(tx, [contact_id])[contact_id]
        values = {
            **entry,
            "id": event_id,
            "event": entry["event_type"],
            "purpose": entry["purpose_key"],
            "number": mask(number) if number else None,
            "strength_wanted": wanted,
            "missing": lacking(
                Method(entry["method"]),
                default_ticked=entry["default_ticked"],
                wording_known=entry["wording_sha256"] is not None,
                time_known=entry["occurred_at"] is not None,
                wanted=wanted,
            ),
            "excluded": any(
                bars(stop.scope, entry["purpose_key"], promotional=promotional) for stop in stops
            ),
        }
        shown: dict[str, object] = ConsentAnswerSchema().dump(values)
        return shown

    def _purpose(self, tx: Tx, key: str) -> Purpose:
        found = purposes.get(tx, key)
        if found is None or key == CONFIRMATION:
            raise wrong_field("/purpose", "unknown_purpose", _UNKNOWN_PURPOSE)
        return found

    def _note(self, tx: Tx, action: str, event_id: str) -> None:
        add_audit(
            tx,
            at=self._hub.clock(),
            actor=actor(),
            action=action,
            object_=f"consent:{event_id}",
            address=request.remote_addr,
            detail={},
        )


def _wording(tx: Tx, body: dict[str, Any]) -> str | None:
    text, sha256 = body.get("wording"), body.get("wording_sha256")
    if sha256 is None:
        return None if text is None else str(text)
    if text is not None:
        raise wrong_field("/wording_sha256", "both", _TWICE)
    known = ledger_rows.document_text(tx, sha256)
    if known is None:
        raise wrong_field("/wording_sha256", "unknown_text", _UNKNOWN_TEXT)
    return known
