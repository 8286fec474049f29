"""A stand-in for kintone on loopback, with made-up customers.

It answers the calls of kintone's REST API that clients of records use, refuses what kintone
refuses, and sends webhooks as unreliably as kintone does. What it can do beyond that is going
wrong on request: see `KintoneSandbox.switches` and `hub.testing.control`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.wrappers import Response

from connectors.kintone.sandbox import people as people_of
from connectors.kintone.sandbox.access import Caller
from connectors.kintone.sandbox.app import Api, Handler, refusal
from connectors.kintone.sandbox.asked import Asked, Event
from connectors.kintone.sandbox.domain import RIGHTS, Domain, Token
from connectors.kintone.sandbox.errors import KINDS, KintoneError
from connectors.kintone.sandbox.people import CUSTOMERS, GUEST_SPACE, MEMBERS
from connectors.kintone.sandbox.records import Row, Shower
from connectors.kintone.sandbox.scene import scene
from connectors.kintone.sandbox.webhooks import EVENTS, Webhooks, body_of
from connectors.kintone.sandbox.writing import add_record, change_record, delete_by_hand
from hub.testing import roster
from hub.testing.roster import Verdict
from hub.testing.sandbox import Sandbox, WebhookSample
from hub.testing.scene import Scene

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LOGIN, _PASSWORD = "sandbox", "open-sesame"
_DOMAIN = "sandbox.cybozu.com"
_WEBHOOK_KEY = "sandbox-webhook-key-4f6a1c9e2b7d8035"


class KintoneSandbox(Sandbox):
    """kintone with three apps (see `people`); every one has a token with all rights."""

    name = "kintone"

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(people, limits, clock)
        self.domain = Domain(people_of.apps(people), self.clock)
        self.domain.users[_LOGIN] = _PASSWORD
        self.webhooks = Webhooks(limits)
        self._api = Api(self.domain, limits, lambda: self.in_flight, self._tell)
        self._tokens = {app: self.add_token(app) for app in self.domain.apps}

    def application(self) -> "WSGIApplication":
        """kintone's REST API."""
        return self._api.application()

    def credentials(self) -> dict[str, Any]:
        """A token for each app, app 1 with all people first, and a user who may do everything."""
        apps = self.domain.apps.values()
        return {
            "apps": {str(app.id): self._tokens[app.id] for app in apps if not app.guest_space},
            "login": _LOGIN,
            "password": _PASSWORD,
            "guest_space": {"id": str(GUEST_SPACE), "apps": {str(MEMBERS): self._tokens[MEMBERS]}},
        }

    def records(self) -> dict[str, Any]:
        """The people and one record id of app 1 for each kind."""
        kinds: dict[str, Any] = {"people": {"count": self.people, "id": "1"}}
        for verdict in (Verdict.CONSENTED, Verdict.NOT_CONSENTED, Verdict.WITHDRAWN):
            one = roster.first(self.people, verdict)
            kinds[verdict.value] = {
                "count": roster.count(self.people, verdict),
                "id": str(one.index) if one else None,
            }
        return kinds

    def connection_settings(self) -> dict[str, Any]:
        """A connection to app 1, with every field of the mapping."""
        return {
            "domain": _DOMAIN,
            "app": CUSTOMERS,
            "api_token": self._tokens[CUSTOMERS],
            "base_url": self.base_url,
            "webhook_key": _WEBHOOK_KEY,
            "mapping": {
                "phone": "携帯番号",
                "name": "氏名",
                "consent": "SMS許諾",
                "consent_yes": [people_of.YES],
                "consent_at": "許諾日時",
                "consent_until": "許諾期限",
                "consent_wording": "許諾文言",
                "opt_out": "配信停止",
                "opt_out_value": [people_of.STOPPED],
                "opt_out_at": "配信停止日時",
                "purpose": "campaign",
                "attributes": {"store": "店舗"},
            },
        }

    def bad_credentials(self) -> dict[str, Any]:
        """A token of no app."""
        return {"api_token": "a-token-of-no-app-00000000000000000000000"}

    def throttled(self, retry_after: float | None) -> Response:
        """429 GAIA_TO04, as for the hundred-and-first call at once."""
        response = refusal(KintoneError("GAIA_TO04"), "ja")
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def bad_record(self) -> str:
        """Let the number field of one customer hold an object, which no client can read."""
        app = self.domain.apps[CUSTOMERS]
        with self.domain.lock:
            row = app.records.get(max(1, self.people // 2))
            values = row.values | {"携帯番号": {"broken": True}}
            app.records.put(Row(row.id, row.revision + 1, row.stamp, lambda _: values))
        return str(row.id)

    def webhook(self) -> WebhookSample:
        """The notice of an update of record 1; the secret in the path is all that proves it."""
        app = self.domain.apps[CUSTOMERS]
        record = Shower(app.form)(app.records.get(1))
        told = {"record": record, "recordTitle": "1"}
        event = Event(app=app.id, type="UPDATE_RECORD", record_id=1, body=told)
        return WebhookSample(
            method="POST",
            path_tail=_WEBHOOK_KEY,
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=orjson.dumps(body_of(app, event, self.base_url)),
        )

    def scene(self) -> Scene:
        """kintone's part in the demo."""
        return scene(self)

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """The methods of this class that another process may call."""
        switches: dict[str, Callable[..., object]] = {
            "webhook": self.webhook_to,
            "clear_webhooks": self.webhooks.clear,
            "webhook_counts": lambda: dict(self.webhooks.counts),
            "edit": self.edit,
            "add": self.add,
            "delete": self.delete,
            "rename_field": self.rename_field,
            "lose_field": self.lose_field,
            "rename_option": self.rename_option,
            "require_field": self.require_field,
            "lock_field": self.lock_field,
            "fail_record": self.fail_record,
            "refuse": self.refuse,
            "comments": self.comments,
            "bad_record": self.bad_record,
            "add_token": self.add_token,
            "require_basic": self.require_basic,
            "calls_today": self.calls_today,
        }
        return {name: _told(switch) for name, switch in switches.items()}

    def finish(self) -> None:
        """Send the webhooks that wait, then stop sending."""
        self.webhooks.stop()

    def add_token(self, app: int, rights: Iterable[str] = RIGHTS, deployed: bool = True) -> str:
        """A new API token of an app with some of view, add, edit, delete, manage."""
        seed = f"kintone sandbox token {app} {len(self.domain.tokens)}"
        secret = hashlib.sha256(seed.encode()).hexdigest()[:40]
        token = Token(secret=secret, app=app, rights=frozenset(rights), deployed=deployed)
        self.domain.tokens[secret] = token
        return secret

    def require_basic(self, user: str, password: str) -> None:
        """Put the domain behind Basic authentication."""
        self.domain.basic = (user, password)

    def webhook_to(self, url: str, events: Iterable[str] = EVENTS, app: int = CUSTOMERS) -> None:
        """Tell a loopback address of these events of an app, as its admin would set it up."""
        self.webhooks.add(app, url, events)

    def edit(self, record: int | str, values: dict[str, Any], app: int = CUSTOMERS) -> None:
        """Change a record as a user does in the browser; its webhooks go out."""
        fields = {code: {"value": value} for code, value in values.items()}
        self._by_hand(change_record, {"app": app, "id": record, "record": fields})

    def add(self, values: dict[str, Any], app: int = CUSTOMERS) -> str:
        """Add a record as a user does in the browser and give its id."""
        fields = {code: {"value": value} for code, value in values.items()}
        return str(self._by_hand(add_record, {"app": app, "record": fields})["id"])

    def delete(self, record: int | str, app: int = CUSTOMERS) -> None:
        """Delete a record as a user does in the browser."""
        self._by_hand(delete_by_hand, {"app": app, "id": record})

    def value(self, record: int | str, code: str, app: int = CUSTOMERS) -> Any:
        """What a field of a record shows now."""
        with self.domain.lock:
            found = self.domain.apps[app]
            return Shower(found.form, [code])(found.records.get(int(record)))[code]["value"]

    def rename_field(self, field: str, new: str, app: int = CUSTOMERS) -> None:
        """Give a field another code."""
        self.domain.apps[app].form.rename(field, new)

    def lose_field(self, field: str, app: int = CUSTOMERS) -> None:
        """Delete a field from the form."""
        self.domain.apps[app].form.lose(field)

    def rename_option(self, field: str, label: str, new: str, app: int = CUSTOMERS) -> None:
        """Give an option of a field another label."""
        self.domain.apps[app].form.rename_option(field, label, new)

    def require_field(self, field: str, required: bool = True, app: int = CUSTOMERS) -> None:
        """Make a field required. 担当部署 is empty everywhere, so then all updates fail."""
        self.domain.apps[app].form.require(field, required)

    def lock_field(self, field: str, locked: bool = True, app: int = CUSTOMERS) -> None:
        """Take the permission to edit a field: writes get GAIA_FU01."""
        self.domain.apps[app].form.lock(field, locked)

    def fail_record(
        self, record: int | str, code: str | None = "GAIA_FU01", app: int = CUSTOMERS
    ) -> None:
        """Make every update of a record fail with this code; None ends it."""
        failing = self.domain.apps[app].failing
        failing.pop(int(record), None)
        if code:
            failing[int(record)] = _known(code)

    def refuse(self, code: str = "GAIA_DA02", times: int = 1) -> None:
        """Refuse the next signed-in calls with this code, such as GAIA_DA02 (database lock)."""
        self.domain.refusals.extend([_known(code)] * times)

    def comments(self, on: bool, app: int = CUSTOMERS) -> None:
        """Switch the comments of an app on or off."""
        self.domain.apps[app].comments_on = on

    def comments_of(self, record: int | str, app: int = CUSTOMERS) -> list[str]:
        """The texts of a record's comments, oldest first."""
        return [each.text for each in self.domain.apps[app].comments.get(int(record), [])]

    def calls_today(self, app: int = CUSTOMERS) -> int:
        """How many calls an app got on the sandbox clock's day (UTC)."""
        return self.domain.apps[app].calls[self.clock().date().isoformat()]

    def _by_hand(self, handler: Handler, params: dict[str, Any]) -> dict[str, Any]:
        user = Caller(user={"code": _LOGIN, "name": _LOGIN}, rights=None)
        space = self.domain.apps[params["app"]].guest_space
        asked = Asked(domain=self.domain, caller=user, params=params, guest_space=space)
        return self._api.run(handler, asked)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            app = self.domain.apps[event.app]
            self.webhooks.tell(app, event, self.clock(), self.base_url)


def _known(code: str) -> str:
    if code not in KINDS:
        raise ValueError(f"kintone's double has no error {code}. It has {', '.join(KINDS)}.")
    return code


def _told(switch: Callable[..., object]) -> Callable[..., object]:
    """The switch with kintone's refusals told as wrong input, which HTTP callers get as 400."""

    def told(**arguments: object) -> object:
        try:
            return switch(**arguments)
        except KintoneError as exc:
            places = ", ".join(exc.errors)
            raise ValueError(f"kintone refuses this with {exc.code}. {places}".strip()) from exc

    return told
