# SPDX-License-Identifier: GPL-3.0-or-later
"""What an admin sets up by hand so that a hub hears of users and of tickets that ask for an SMS."""

from typing import Any

import orjson

ASKING_TAG = "sms_request"
USER_EVENTS = (
    "zen:event-type:user.custom_field_changed",
    "zen:event-type:user.tags_changed",
    "zen:event-type:user.active_changed",
    "zen:event-type:user.deleted",
    "zen:event-type/user.identity_created",
    "zen:event-type/user.identity_changed",
    "zen:event-type:user.identity_deleted",
    "zen:event-type/user.merged",
)


def sms_trigger(webhook: str) -> dict[str, Any]:
    """A trigger that calls this webhook for a ticket with the tag, and takes the tag away."""
    body = {
        "type": "ticket_sms_requested",
        "ticket_id": "{{ticket.id}}",
        "at": "{{ticket.updated_at_with_timestamp}}",
    }
    tagged = {"field": "current_tags", "operator": "includes", "value": ASKING_TAG}
    living = {"field": "status", "operator": "less_than", "value": "closed"}
    fire = {"field": "notification_webhook", "value": [webhook, orjson.dumps(body).decode()]}
    return {
        "title": "SMSを送る",
        "conditions": {"all": [tagged, living], "any": []},
        "actions": [fire, {"field": "remove_tags", "value": ASKING_TAG}],
    }
