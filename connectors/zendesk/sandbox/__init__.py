# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Zendesk Support on loopback, with made-up requesters and tickets.

It answers the calls of Zendesk's API that clients of users, tickets, webhooks and triggers use,
refuses what Zendesk refuses, and sends signed webhooks. What it can do beyond that is going wrong
on request: see `ZendeskSandbox.switches` and `hub.testing.control`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from connectors.zendesk.sandbox import profile, ticketcalls, usercalls
from connectors.zendesk.sandbox.account import CLIENT_ID, CLIENT_SECRET, Account
from connectors.zendesk.sandbox.app import A_MINUTE, Api, refusal
from connectors.zendesk.sandbox.asked import Asked, Caller
from connectors.zendesk.sandbox.errors import ZendeskError, too_fast
from connectors.zendesk.sandbox.fields import NUMBER_FIELD
from connectors.zendesk.sandbox.moments import to_text
from connectors.zendesk.sandbox.people import ADMIN, ADMIN_EMAIL, AGENT, user_id
from connectors.zendesk.sandbox.routes import Handler
from connectors.zendesk.sandbox.samples import MAPPING, consent_changed
from connectors.zendesk.sandbox.scene import scene
from connectors.zendesk.sandbox.webhooks import BY_TRIGGER
from connectors.zendesk.sandbox.wiring import ASKING_TAG, USER_EVENTS, sms_trigger
from hub.testing import roster
from hub.testing.roster import Verdict
from hub.testing.sandbox import Sandbox, WebhookSample
from hub.testing.scene import Scene

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SUBDOMAIN = "sandbox"
WEBHOOK_SECRET = "c2FuZGJveC13ZWJob29rLXNlY3JldC03YTE5ZTRjMw=="  # noqa: S105 - opens nothing


class ZendeskSandbox(Sandbox):
    """Zendesk with the roster's people as end users (see `people`) and a ticket for each of some.

    API clients act as its administrator.
    """

    name = "zendesk"

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.account = Account(people, limits, self.clock)
        self.webhooks = self.account.webhooks
        self._api = Api(self.account)

    def application(self) -> "WSGIApplication":
        """Zendesk's API."""
        return self._api.application()

    def credentials(self) -> dict[str, Any]:
        """An API token with its e-mail, an OAuth client, and the secret webhooks are signed with.

        That secret belongs to webhooks made by `listen` and `webhook_to`; one made through the API
        has a secret of its own, as in Zendesk.
        """
        return {
            "subdomain": SUBDOMAIN,
            "email": ADMIN_EMAIL,
            "api_token": self.account.api_token,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "webhook_secret": WEBHOOK_SECRET,
        }

    def records(self) -> dict[str, Any]:
        """The people, those whose consent the desk knows by kind, and the tickets."""
        kinds: dict[str, Any] = {"people": {"count": self.people, "id": str(user_id(1))}}
        # Every third person is known (`Person.zendesk`); making all to count them takes seconds.
        known = [roster.verdict_of(each) for each in range(1, self.people + 1, 3)]
        for verdict in (Verdict.CONSENTED, Verdict.NOT_CONSENTED, Verdict.WITHDRAWN):
            one = roster.first(self.people, verdict, zendesk=True)
            kinds[verdict.value] = {
                "count": known.count(verdict),
                "id": str(user_id(one.index)) if one else None,
            }
        return kinds | {"tickets": {"count": len(self.account.tickets.ids), "id": "1"}}

    def connection_settings(self) -> dict[str, Any]:
        """A connection by OAuth, with every field of the mapping."""
        return {
            "subdomain": SUBDOMAIN,
            "auth": "oauth",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "webhook_secret": WEBHOOK_SECRET,
            "base_url": self.base_url,
            "mapping": MAPPING,
        }

    def bad_credentials(self) -> dict[str, Any]:
        """A client secret that is not the client's."""
        return {"client_secret": "a-secret-of-no-client-0000000000000000"}

    def throttled(self, retry_after: float | None) -> Response:
        """429 as for the call above the account's minute."""
        headers = {"x-rate-limit": str(A_MINUTE), "x-rate-limit-remaining": "0"}
        return refusal(too_fast(retry_after), headers)

    def bad_record(self) -> str:
        """Let the phone of one user hold an object, which no client can read."""
        number = user_id(max(1, self.people // 2))
        with self.account.lock:
            spoilt = self.account.users.get(number) | {"phone": {"broken": True}}
            self.account.users.put(spoilt)
        return str(number)

    def webhook(self) -> WebhookSample:
        """The notice of a changed consent of the first person, signed now."""
        return consent_changed(self.user(user_id(1)), WEBHOOK_SECRET, to_text(self.clock()))

    def scene(self) -> Scene:
        """Zendesk's part in the demo."""
        return scene(self)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """The methods of this class that another process may call."""
        switches: dict[str, Callable[..., object]] = {
            "listen": self.listen,
            "webhook_to": self.webhook_to,
            "clear_webhooks": self.webhooks.clear,
            "courier": self.courier,
            "edit": self.edit,
            "tag": self.tag,
            "add": self.add,
            "delete": self.delete,
            "merge": self.merge,
            "ask_for_sms": self.ask_for_sms,
            "lose_field": self.lose_field,
            "fail_user": self.fail_user,
            "ignore_writes": self.ignore_writes,
            "jobs": self.jobs,
            "bulk_import": self.bulk_import,
            "empty_pages": self.empty_pages,
            "side_loads": self.side_loads,
            "revoke_tokens": self.account.oauth.revoke_all,
            "grant_code": self.account.oauth.code,
            "bad_record": self.bad_record,
            "comments_of": self.comments_of,
        }
        return {name: _told(switch) for name, switch in switches.items()}

    def finish(self) -> None:
        """Send the webhooks that are due, then stop sending."""
        self.webhooks.courier.stop()

    def listen(self, url: str) -> dict[str, str]:
        """Set up by hand what an admin would: two webhooks to `url` and a trigger.

        One webhook tells of users, the other is called by a trigger for tickets that ask for an
        SMS: by the tag that `ask_for_sms` gives, which the trigger takes away so that it runs once.
        """
        users = self.webhook_to(url, USER_EVENTS)
        tickets = self.webhook_to(url, [BY_TRIGGER])
        self._by_hand(self.account.triggers.create, {"trigger": sms_trigger(tickets)})
        return {"users": users, "tickets": tickets}

    def webhook_to(self, url: str, subscriptions: Iterable[str] = USER_EVENTS) -> str:
        """Make a webhook by hand, signed with the secret of `credentials`, and give its id."""
        with self.account.lock:
            return self.webhooks.by_hand("SMS hub", url, subscriptions, WEBHOOK_SECRET)

    def courier(self, **numbers: float) -> None:
        """Set how webhooks are delivered: see the numbers of `Courier`."""
        for name, value in numbers.items():
            if name.startswith("_") or name not in vars(self.webhooks.courier):
                raise ValueError(f"The courier has no number {name!r}.")
            setattr(self.webhooks.courier, name, value)

    def edit(self, record: int | str, **values: Any) -> None:
        """Change a user as an agent does in the browser; keys of custom fields go under them."""
        keys = {each.key for each in self.account.user_fields}
        user = {key: value for key, value in values.items() if key not in keys}
        fields = {key: value for key, value in values.items() if key in keys}
        given = {**user, "user_fields": fields} if fields else user
        self._by_hand(lambda asked: {"user": profile.change(asked, int(record), given)}, {})

    def tag(self, record: int | str, tags: list[str]) -> None:
        """Give a user these tags, for all before, as an agent does in the browser."""
        self._by_hand(lambda asked: {"user": profile.retag(asked, int(record), tags)}, {})

    def add(self, **values: Any) -> str:
        """Add a user as an agent does in the browser and give the id."""
        made = self._by_hand(lambda asked: {"user": profile.create(asked, values)}, {})
        return str((made or {})["user"]["id"])

    def delete(self, record: int | str, for_good: bool = False) -> None:
        """Delete a user as an admin does in the browser, softly or for good."""
        self._by_hand(lambda asked: usercalls.remove(asked, int(record)), {})
        if for_good:
            self._by_hand(lambda asked: usercalls.remove_for_good(asked, int(record)), {})

    def merge(self, loser: int | str, winner: int | str) -> None:
        """Merge one end user into another."""
        body = {"user": {"id": int(winner)}}
        self._by_hand(lambda asked: usercalls.merge(asked, int(loser)), body)

    def user(self, record: int | str) -> dict[str, Any]:
        """A user as an agent sees it now. Raises ZendeskError 404."""
        with self.account.lock:
            return dict(self.account.users.get(int(record)))

    def ticket(self, number: int | str) -> dict[str, Any]:
        """A ticket as an agent sees it now. Raises ZendeskError 404."""
        with self.account.lock:
            return dict(self.account.tickets.get(int(number)))

    def ticket_of(self, index: int) -> int:
        """The number of the newest ticket of the person with this index of the roster.

        Raises LookupError for somebody without one.
        """
        with self.account.lock:
            numbers = [each["id"] for each in self.account.tickets.of(user_id(index))]
        if not numbers:
            raise LookupError("this person has no ticket")
        return int(max(numbers))

    def ask_for_sms(self, ticket: int | str, number: str | None = None) -> None:
        """Give a ticket the tag that asks for its SMS, as an agent's macro does.

        With `number` (all of it, or its last digits) it is written into the ticket before.
        """
        given: dict[str, Any] = {"additional_tags": [ASKING_TAG]}
        if number is not None:
            given["custom_fields"] = [{"id": NUMBER_FIELD, "value": number}]
        self._by_hand(lambda asked: ticketcalls.changed(asked, int(ticket), given), {}, AGENT)

    def comments_of(self, record: int | str) -> list[str]:
        """The notes somebody sees: of a ticket its comments, oldest first.

        Of a user the paragraphs of the notes field, and the comments of all tickets.
        """
        with self.account.lock:
            tickets, number = self.account.tickets, int(record)
            if number in self.account.users:
                notes = str(self.account.users.get(number)["notes"] or "")
                texts = [each for each in notes.split("\n\n") if each]
                owned = [each["id"] for each in tickets.of(number)]
            else:
                texts, owned = [], [number]
            return texts + [str(each["body"]) for id_ in owned for each in tickets.comments(id_)]

    def lose_field(self, key: str) -> None:
        """Delete a custom field of users."""
        with self.account.lock:
            self.account.user_fields.lose(key)

    def fail_user(self, record: int | str, reason: str | None = "Base: is invalid") -> None:
        """Make every update of a user fail with this reason; None ends it."""
        self.account.failing.pop(int(record), None)
        if reason:
            self.account.failing[int(record)] = reason

    def ignore_writes(self, record: int | str, ignore: bool = True) -> None:
        """Let updates of a user be reported as done and change nothing."""
        (self.account.deaf.add if ignore else self.account.deaf.discard)(int(record))

    def jobs(self, looks: int = 2, seconds: float = 1.0, fail: int = 0) -> None:
        """Say when jobs are done: at which look, after how many seconds; let the next ones fail."""
        jobs = self.account.jobs
        jobs.looks, jobs.seconds, jobs.fail = looks, seconds, fail

    def empty_pages(self, times: int = 1) -> None:
        """Let the next pages by cursor be empty though more follows."""
        self.account.empty_pages = times

    def side_loads(self, on: bool) -> None:
        """Give identities beside users where they are asked for, or leave them out."""
        self.account.side_loads = on

    def bulk_import(self, on: bool) -> None:
        """Allow create_many and create_or_update_many, or answer them with 403."""
        self.account.bulk_import = on

    def _by_hand(
        self, handler: Handler, body: dict[str, Any], user: int = ADMIN
    ) -> dict[str, Any] | None:
        who = self.account.users.get(user)
        base = self.running.base_url if self.running else ""
        asked = Asked(account=self.account, caller=Caller(user=who), base=base, path="", body=body)
        return self._api.run(asked, handler)


def _told(switch: Callable[..., object]) -> Callable[..., object]:
    """The switch with Zendesk's refusals told as wrong input, which HTTP callers get as 400."""

    def told(**arguments: object) -> object:
        try:
            return switch(**arguments)
        except ZendeskError as exc:
            error = exc.body.get("error") if isinstance(exc.body, dict) else exc.body
            raise ValueError(f"Zendesk refuses this with {exc.status} ({error}).") from exc

    return told
