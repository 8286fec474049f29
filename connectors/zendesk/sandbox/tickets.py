# SPDX-License-Identifier: GPL-3.0-or-later
"""The tickets of an account with their comments."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.zendesk.sandbox.asked import Asked
from connectors.zendesk.sandbox.errors import not_found
from connectors.zendesk.sandbox.moments import epoch, to_text
from connectors.zendesk.sandbox.people import AGENT, FIRST_SEEN, user_id

MOST_SEEDED = 500
_SUBJECTS = ("予約の変更について", "お届け日の確認", "ログインできません", "店舗の営業時間")
_STATUSES = ("open", "pending", "solved")
_FIRST_COMMENT = 1_900_400_000_000

Moment = tuple[int, int]


class Tickets:
    """Tickets by id, one for each of the first people of the roster. The caller holds the lock."""

    def __init__(self, people: int) -> None:
        self._comments: dict[int, list[dict[str, Any]]] = {}
        self._tickets: dict[int, dict[str, Any]] = {}
        self._next_comment = _FIRST_COMMENT
        for number in range(1, min(people, MOST_SEEDED) + 1):
            ticket = _seeded(number)
            self._tickets[number] = ticket
            self.comment(number, ticket["requester_id"], ticket["description"], True, ticket)
        self._next = len(self._tickets) + 1

    @property
    def ids(self) -> list[int]:
        """The ids of all tickets, deleted ones too, ascending."""
        return sorted(self._tickets)

    def get(self, number: int) -> dict[str, Any]:
        """The ticket with this id, deleted or not. Raises ZendeskError 404."""
        if number not in self._tickets:
            raise not_found()
        return self._tickets[number]

    def living(self, number: int) -> dict[str, Any]:
        """The ticket with this id. Raises ZendeskError 404, for a deleted one too."""
        ticket = self.get(number)
        if ticket["status"] == "deleted":
            raise not_found()
        return ticket

    def of(self, requester: int) -> list[dict[str, Any]]:
        """The tickets somebody asked for."""
        return [
            each
            for each in self._tickets.values()
            if each["requester_id"] == requester and each["status"] != "deleted"
        ]

    def new_id(self) -> int:
        """The next id; ids are never used twice."""
        number, self._next = self._next, self._next + 1
        return number

    def put(self, ticket: dict[str, Any]) -> None:
        """Store a ticket that is new or changed."""
        self._tickets[ticket["id"]] = ticket

    def comments(self, number: int) -> list[dict[str, Any]]:
        """The comments of a ticket, oldest first."""
        return self._comments.get(number, [])

    def comment(
        self, number: int, author: int, body: str, public: bool, about: dict[str, Any]
    ) -> dict[str, Any]:
        """Add a comment; `about` gives `updated_at` and `via`."""
        self._next_comment += 2
        new = {
            "id": self._next_comment,
            "type": "Comment",
            "author_id": author,
            "body": body,
            "html_body": f'<div class="zd-comment" dir="auto">{body}</div>',
            "plain_body": body,
            "public": public,
            "attachments": [],
            "audit_id": self._next_comment + 1,
            "via": about["via"],
            "created_at": about["updated_at"],
            "metadata": {"system": {}, "custom": {}},
        }
        self._comments.setdefault(number, []).append(new)
        return new

    def changed(self, after: Moment) -> Iterator[Moment]:
        """All tickets that changed later than this place, in order."""
        order = sorted((epoch(each["updated_at"]), key) for key, each in self._tickets.items())
        return iter(order[bisect_right(order, after) :])

    def exported(self, asked: Asked, number: int) -> dict[str, Any]:
        """A ticket as exports show it."""
        ticket = shown(asked, self.get(number))
        return ticket | {"generated_timestamp": epoch(ticket["updated_at"])}


def shown(asked: Asked, ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket as answers show it, with each custom field there is."""
    values = {each["id"]: each["value"] for each in ticket["custom_fields"]}
    every = [{"id": each.id, "value": values.get(each.id)} for each in asked.account.ticket_fields]
    return {
        "url": asked.url(f"tickets/{ticket['id']}.json"),
        **ticket,
        "custom_fields": every,
        "fields": every,
    }


def blank(number: int, at: str, requester: int) -> dict[str, Any]:
    """A new ticket."""
    return {
        "id": number,
        "external_id": None,
        "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": at,
        "updated_at": at,
        "type": None,
        "subject": None,
        "raw_subject": None,
        "description": "",
        "priority": None,
        "status": "new",
        "recipient": None,
        "requester_id": requester,
        "submitter_id": requester,
        "assignee_id": None,
        "organization_id": None,
        "group_id": None,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": [],
        "custom_fields": [],
        "satisfaction_rating": None,
        "sharing_agreement_ids": [],
        "custom_status_id": 1_900_500_000_001,
        "followup_ids": [],
        "brand_id": 1_900_500_000_100,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
    }


def _seeded(number: int) -> dict[str, Any]:
    at = to_text(datetime.fromtimestamp(FIRST_SEEN + 86_400 + number // 2, UTC))
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    ticket = blank(number, at, user_id(number))
    return ticket | {
        "subject": subject,
        "raw_subject": subject,
        "description": f"{subject}教えてください。",
        "status": _STATUSES[number % len(_STATUSES)],
        "assignee_id": AGENT,
        "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
    }
