"""A stand-in for a Salesforce org on loopback, with made-up customers.

It answers the calls of the REST API and of Bulk API 2.0 that clients of records use, refuses what
Salesforce refuses, and sends outbound messages until they are acknowledged. Tests do what people
do in the org through `SalesforceSandbox.hand`, and let it go wrong through `havoc`; another
process reaches both as switches (see `hub.testing.control`).

Its settable clock moves stamps, sessions and quotas. Only the end of a signed assertion is judged
by the machine's clock, for that is the one its caller has; `havoc.clock_ahead` sets the two apart.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.app import Api
from connectors.salesforce.sandbox.asked import answer
from connectors.salesforce.sandbox.envelope import Notification, envelope
from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.hand import Hand
from connectors.salesforce.sandbox.havoc import Havoc
from connectors.salesforce.sandbox.identity import Identity
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.outbound import MESSAGE_FIELDS, Listener, Outbound
from connectors.salesforce.sandbox.people import USERNAME, record_of
from connectors.salesforce.sandbox.scene import scene
from connectors.salesforce.sandbox.tokens import Tokens, stranger_pem
from hub.testing import roster
from hub.testing.roster import Verdict
from hub.testing.sandbox import Sandbox, WebhookSample
from hub.testing.scene import Scene

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DOMAIN = "sandbox.my.salesforce.com"
_HOOK_KEY = "sandbox-webhook-7d0c4b81e96f2a35"


class SalesforceSandbox(Sandbox):
    """One org (see `people`) with one client app and one integration user.

    `instance_url` is what tokens name as the org's address instead of localhost and the port that
    was asked.
    """

    name = "salesforce"

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
        instance_url: str | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.org = Org(people, limits, self.clock)
        self.tokens = Tokens(self.clock, self._addresses)
        self.identity = Identity(self.org, self.tokens, instance_url)
        self.outbound = Outbound(self.org, DOMAIN)
        self.api = Api(self.org, self.tokens, self.identity, self._tell)
        self.hand = Hand(self.org, self._tell)
        self.havoc = Havoc(self.org, self.tokens, self.identity, self.api)

    def application(self) -> "WSGIApplication":
        """Salesforce's REST API."""
        return self.api.application()

    def credentials(self) -> dict[str, Any]:
        """The client app for both flows, and a token that is alive."""
        return {
            "client_id": self.tokens.app.client_id,
            "client_secret": self.tokens.app.client_secret,
            "username": USERNAME,
            "private_key": self.tokens.app.pem(),
            "access_token": self.tokens.new(),
        }

    def records(self) -> dict[str, Any]:
        """The people (Contacts and Leads together) and one Contact's id for each kind."""
        contacts, leads = self.org.tables["Contact"], self.org.tables["Lead"]
        kinds: dict[str, Any] = {
            "people": {"count": len(contacts) + len(leads), "id": self._contact(1)},
            "contacts": {"count": len(contacts)},
            "leads": {"count": len(leads)},
        }
        for verdict in (Verdict.CONSENTED, Verdict.NOT_CONSENTED, Verdict.WITHDRAWN):
            kinds[verdict.value] = self._kind(verdict)
        return kinds

    def connection_settings(self) -> dict[str, Any]:
        """A connection by JWT to Contacts and Leads, with every field of the mapping."""
        return {
            "domain": DOMAIN,
            "auth": "jwt",
            "client_id": self.tokens.app.client_id,
            "username": USERNAME,
            "private_key": self.tokens.app.pem(),
            "objects": ["Contact", "Lead"],
            "base_url": self.base_url,
            "webhook_secret": _HOOK_KEY,
            "organization_id": self.org.id,
            "mapping": {
                "phone": "MobilePhone",
                "name": "Name",
                "consent": "SMS_Opt_In__c",
                "consent_yes": ["true"],
                "consent_at": "SMS_Consent_Date__c",
                "consent_until": "SMS_Consent_Until__c",
                "consent_wording": "SMS_Consent_Wording__c",
                "consent_method": "SMS_Consent_Source__c",
                "opt_out": "SMS_Opt_Out__c",
                "opt_out_value": ["true"],
                "opt_out_at": "SMS_Opt_Out_Date__c",
                "purpose": "campaign",
                "attributes": {"store": "Store__c"},
            },
        }

    def bad_credentials(self) -> dict[str, Any]:
        """The key and the secret of an app the org does not know, wrong for both flows."""
        return {"private_key": stranger_pem(), "client_secret": "0" * 64}

    def throttled(self, retry_after: float | None) -> Response:
        """403 REQUEST_LIMIT_EXCEEDED, as for too many long calls at once."""
        message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        response = answer(SalesforceError("REQUEST_LIMIT_EXCEEDED", message).body(), 403)
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def bad_record(self) -> str:
        """Let the mobile number of one Contact be an object, which no client can read."""
        contacts = self.org.tables["Contact"]
        rows = [row for row in contacts.all() if not row.deleted]
        record_id = contacts.about.ids.of(rows[len(rows) // 2].number)
        self.org.trouble.unreadable[record_id] = {"MobilePhone": {"broken": True}}
        return record_id

    def webhook(self) -> WebhookSample:
        """An outbound message on the first Contact; the secret in the path proves it."""
        fields = ("MobilePhone", "SMS_Opt_In__c", "SMS_Opt_Out__c")
        notice = Notification(id="04l5i0000000001AAA", object="Contact", number=1, fields=fields)
        return WebhookSample(
            method="POST",
            path_tail=_HOOK_KEY,
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
            body=envelope(self.org, [notice], DOMAIN),
        )

    def scene(self) -> Scene:
        """Salesforce's part in the demo."""
        return scene(self)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """What another process may call: the administrator's hand, havoc, and who is told."""
        return {
            **self.hand.switches(),
            **self.havoc.switches(),
            "outbound_to": self.outbound_to,
            "callout_to": self.callout_to,
            "clear_outbound": self.outbound.clear,
            "send_again": self.outbound.again,
            "outbound_counts": lambda: dict(self.outbound.courier.counts),
            "bad_record": self.bad_record,
            "comments_of": self.comments_of,
        }

    def finish(self) -> None:
        """Stop sending messages."""
        self.outbound.courier.stop()

    def outbound_to(
        self,
        url: str,
        object: str = "Contact",  # noqa: A002
        fields: Iterable[str] = MESSAGE_FIELDS,
        own_writes: bool = True,
        hurry: float = 60.0,
    ) -> None:
        """Send outbound messages on the changes of an object to a loopback address.

        `own_writes` is whether the integration user may send them too; tries follow one another
        `hurry` times as fast as Salesforce's.
        """
        self.outbound.listen(
            Listener(
                url=url, object=object, fields=tuple(fields), own_writes=own_writes, hurry=hurry
            )
        )

    def callout_to(
        self,
        url: str,
        secret: str = _HOOK_KEY,
        object: str = "Contact",  # noqa: A002
        header: str = "X-Hub-Signature",
        encoding: str = "hex",
        hurry: float = 3_600.0,
    ) -> None:
        """Let a flow call a loopback address on the changes of an object, signed by HMAC.

        `encoding` is hex or base64, `header` the header of the named credential.
        """
        self.outbound.listen(
            Listener(
                url=url,
                object=object,
                secret=secret,
                header=header,
                encoding=encoding,
                hurry=hurry,
            )
        )

    def comments_of(self, record: str) -> list[str]:
        """Subject and comment of each Task on a record, oldest first."""
        return self.hand.tasks_of(record)

    def _tell(self) -> None:
        self.outbound.tell(self.org.take_changes())

    def _contact(self, number: int) -> str:
        return self.org.tables["Contact"].about.ids.of(number)

    def _kind(self, verdict: Verdict) -> dict[str, Any]:
        both = (*self.org.tables["Contact"].numbers(), *self.org.tables["Lead"].numbers())
        count = sum(roster.verdict_of(number) is verdict for number in both)
        mobile = roster.NumberKind.MOBILE
        for index in range(1, self.people + 1):
            fits = roster.verdict_of(index) is verdict and roster.number_kind(index) is mobile
            found = record_of(index)
            if fits and found and found[0] == "Contact" and roster.shares_with(index) is None:
                return {"count": count, "id": self._contact(index)}
        return {"count": count, "id": None}

    def _addresses(self) -> tuple[str, ...]:
        if self.running is None:
            return ()
        urls = (self.running.base_url, self.running.tls_url or self.running.base_url)
        return (*urls, *(url.replace("localhost", "127.0.0.1") for url in urls))
