# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of a client start from: a mapping, and a webhook as Zendesk sends it."""

from typing import Any

import orjson

from connectors.zendesk.sandbox.courier import Address, Invocation, headers_for
from connectors.zendesk.sandbox.events import Event, body_of
from connectors.zendesk.sandbox.fields import NUMBER_FIELD
from connectors.zendesk.sandbox.people import AGREED, AGREED_VALUE
from connectors.zendesk.sandbox.webhooks import ACCOUNT_ID
from hub.testing.sandbox import WebhookSample

MAPPING = {
    "phone": "phone",
    "name": "name",
    "consent": "sms_consent",
    "consent_yes": [AGREED],
    "consent_at": "sms_consent_at",
    "consent_until": "sms_consent_until",
    "consent_wording": "sms_consent_wording",
    "opt_out": "sms_opt_out",
    "opt_out_value": ["true"],
    "opt_out_at": "sms_opt_out_at",
    "purpose": "campaign",
    "number_choice": f"ticket.{NUMBER_FIELD}",
    "attributes": {"store": "store", "priority": "ticket.priority"},
}


def consent_changed(user: dict[str, Any], secret: str, at: str) -> WebhookSample:
    """The notice that the consent of this user changed, signed at this moment."""
    about = {"id": "1900100002000", "title": "SMS許諾", "type": "dropdown"}
    detail = {key: str(user[key] or "") for key in ("id", "email", "role", "external_id")}
    detail |= {key: user[key] for key in ("created_at", "updated_at")}
    event = Event(
        type="user.custom_field_changed",
        subject=f"zen:user:{user['id']}",
        detail=detail | {"default_group_id": "0", "organization_id": "0"},
        event={"current": AGREED_VALUE, "previous": None, "custom_field": about},
    )
    body = orjson.dumps(body_of(event, ACCOUNT_ID, at))
    address = Address(id="01K0000000SAMP1E", method="POST", endpoint="", secret=secret)
    headers = headers_for(address, Invocation(address=address, body=body), at, ACCOUNT_ID)
    return WebhookSample(method="POST", path_tail="", headers=headers, body=body)
