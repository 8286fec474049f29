# SPDX-License-Identifier: GPL-3.0-or-later
"""The users of the sandbox, from the shared roster.

Each person of the roster is an end user. The desk knows the number and the consent of those whom
the roster puts into Zendesk; the others only ever wrote an e-mail, so it knows neither.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from connectors.zendesk.sandbox.moments import day, to_text
from hub.testing.roster import Person, Verdict, person

# Ids above 2^40, as Zendesk's are; what cannot hold them fails here and not at a customer.
BASE = 1_900_000_000_000
ADMIN, AGENT = BASE + 1, BASE + 2
FIRST_PERSON = BASE + 10_000
FIRST_NEW = BASE + 5_000_000
FIRST_SEEN = int(datetime(2025, 12, 20, tzinfo=UTC).timestamp())
PER_SECOND = 3
"""How many users of the roster were imported in one second: what is sorted by time has ties."""

ADMIN_EMAIL = "admin@example.com"
AGREED, REFUSED = "許諾する", "許諾しない"
"""The names of the options of SMS許諾; what a user holds are their values."""
AGREED_VALUE, REFUSED_VALUE = "sms_consent_yes", "sms_consent_no"
STORES = ("東京", "大阪", "名古屋", "福岡", "札幌")
STOP_TAG = "sms_stop"
_JAPAN = timezone(timedelta(hours=9))


def user_id(index: int) -> int:
    """The id of the user who is the person with this index."""
    return FIRST_PERSON + index


def seeded_at(index: int) -> int:
    """When that user was imported, in seconds since 1970."""
    return FIRST_SEEN + index // PER_SECOND


def second_mobile(index: int) -> str | None:
    """The further mobile (E.164) of the person with this index: of each hundred people one has two.

    It belongs to nobody else of the roster, which ends below five millions.
    """
    return person(index + 5_123_400).e164 if index % 100 == 28 else None


def agents() -> list[dict[str, Any]]:
    """Those who work at the desk: an administrator, whom API clients act as, and an agent."""
    at = to_text(datetime.fromtimestamp(FIRST_SEEN - 86_400, UTC))
    return [
        blank(ADMIN, at) | {"name": "管理 花子", "email": ADMIN_EMAIL, "role": "admin"},
        blank(AGENT, at) | {"name": "窓口 太郎", "email": "agent@example.com", "role": "agent"},
    ]


def end_user(number: int) -> dict[str, Any]:
    """The user with this id whom nobody has touched since the import."""
    index = number - FIRST_PERSON
    who = person(index)
    user = blank(number, to_text(datetime.fromtimestamp(seeded_at(index), UTC)))
    user |= {"name": who.name, "email": who.email, "external_id": who.customer_code}
    if who.zendesk:
        user["phone"] = who.typed or None
        user["shared_phone_number"] = who.shares_with is not None if who.typed else None
        user["user_fields"] = values = _values(who)
        tags = [values["sms_consent"], values["store"]]
        tags += [STOP_TAG] if values["sms_opt_out"] else []
        user["tags"] = [tag for tag in tags if tag]
    return user


def blank(number: int, at: str) -> dict[str, Any]:
    """A new end user with nothing but an id; `url` is added when it is shown."""
    return {
        "id": number,
        "name": "",
        "email": None,
        "created_at": at,
        "updated_at": at,
        "time_zone": "Tokyo",
        "iana_time_zone": "Asia/Tokyo",
        "phone": None,
        "shared_phone_number": None,
        "photo": None,
        "locale_id": 67,
        "locale": "ja",
        "organization_id": None,
        "role": "end-user",
        "verified": True,
        "external_id": None,
        "tags": [],
        "alias": None,
        "active": True,
        "shared": False,
        "shared_agent": False,
        "last_login_at": None,
        "two_factor_auth_enabled": None,
        "signature": None,
        "details": None,
        "notes": None,
        "role_type": None,
        "custom_role_id": None,
        "moderator": False,
        "ticket_restriction": "requested",
        "only_private_comments": False,
        "restricted_agent": True,
        "suspended": False,
        "default_group_id": None,
        "report_csv": False,
        "user_fields": {},
    }


def _values(who: Person) -> dict[str, Any]:
    asked = who.verdict is not Verdict.NOT_CONSENTED
    at, stopped, until = who.consented_at, who.withdrawn_at, who.consent_until
    return {
        "customer_code": who.customer_code,
        "store": who.store,
        "sms_consent": AGREED_VALUE if asked else None,
        "sms_consent_at": day(at.astimezone(_JAPAN).date()) if at else None,
        "sms_consent_source": who.consent_source or None,
        "sms_consent_wording": who.wording or None,
        "sms_consent_until": day(until) if until else None,
        "sms_opt_out": stopped is not None,
        "sms_opt_out_at": day(stopped.astimezone(_JAPAN).date()) if stopped else None,
    }
