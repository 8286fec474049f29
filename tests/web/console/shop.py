"""A hub that has pulled, sent and been told to stop, for its console to show."""

import hashlib
import json
import secrets
from datetime import timedelta
from pathlib import Path

from connectors.kintone.sandbox import KintoneSandbox
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.access import sessions, signin
from hub.consent import collections, purposes
from hub.contacts.pull import pull
from hub.factory import build
from hub.messages import dispatch, library
from hub.messages.orders import SendOrder
from hub.optout import act, pushes
from hub.store import access, people, sites
from hub.store import sessions as session_rows
from hub.testing.clock import SandboxClock
from hub.testing.roster import roster
from hub.web import create_app

BODY = "{{name}}様 {{sender_name}}です。冬の会員限定セールのご案内 配信停止: {{opt_out_url}}"
PEOPLE = 60
TOLD, NOT_TOLD = "1", "3"
"""The records of two who agreed and then said stop; the platform of the second is not told yet."""


def toml(settings):
    return "\n".join(f"{key} = {value_of(value)}" for key, value in settings.items())


def value_of(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {value_of(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


class Shop:
    """One hub, its sandboxes and its application."""

    def __init__(self, home: Path, redis_url: str, now, **settings: str) -> None:
        self.clock = SandboxClock()
        self.clock.stop(now)
        self.kintone = KintoneSandbox(people=PEOPLE, clock=self.clock)
        self.gateway = PhoneSandbox(clock=self.clock)
        self.people = roster(PEOPLE)
        self.kintone.start()
        self.gateway.start()
        self._plugins(home / "plugins.toml")
        self.hub = build(
            {
                "HUB_DATA_DIR": str(home),
                "HUB_PLUGINS_FILE": str(home / "plugins.toml"),
                "HUB_REDIS_URL": redis_url,
                "HUB_SENDER_NAME": "サンプル商店",
                "HUB_SENDER_CONTACT": "info@example.com",
                "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
                "SHOP_TOKEN": self.kintone.connection_settings()["api_token"],
                "SHOP_WEBHOOK": self.kintone.connection_settings()["webhook_key"],
                "SHOP_GATEWAY": self.gateway.connection_settings()["api_key"],
                **settings,
            },
            clock=self.clock,
        )
        self.app = create_app(self.hub)

    def _plugins(self, file: Path) -> None:
        crm = self.kintone.connection_settings()
        mapping = crm.pop("mapping")
        crm |= {"api_token": {"env": "SHOP_TOKEN"}, "webhook_key": {"env": "SHOP_WEBHOOK"}}
        gateway = self.gateway.connection_settings() | {"api_key": {"env": "SHOP_GATEWAY"}}
        file.write_text(
            f"""
[plugins]
load = ["kintone", "sandbox_gateway"]
[connections.crm]
plugin = "kintone"
site = "tokyo"
label = "顧客アプリ <script>alert(1)</script>"
{toml(crm)}
[connections.crm.mapping]
{toml(mapping)}
[connections.sms]
plugin = "sandbox_gateway"
label = "SMSゲートウェイ"
{toml(gateway)}
[connections.spare]
plugin = "kintone"
label = "予備"
domian = "acme.cybozu.com"
""",
            encoding="utf-8",
        )

    def trade(self) -> None:
        """Pull, send to all who agreed, and let one of them say stop."""
        hub = self.hub
        self.crm, self.sms = hub.connections.row("crm").id, hub.connections.row("sms").id
        with hub.database.write() as tx:
            purposes.ensure(
                tx, "campaign", "promotional", "お知らせ", "会員向けのご案内", self.clock()
            )
            library.publish(
                tx,
                key="sale",
                label="セール",
                purpose_key="campaign",
                body=BODY,
                actor="test",
                sender=hub.sender,
                known=["store"],
                now=self.clock(),
            )
            purposes.ensure(tx, "news", "promotional", "新店のご案内", "新店のご案内", self.clock())
            collections.declare(
                tx,
                connection_id=self.crm,
                purpose_key="news",
                method="paper",
                wording="新店のご案内をSMSで受け取ります。",
                statement="店頭の申込書で取得しました。",
                signed_by="店長",
                period_from=self.clock() - timedelta(days=30),
                now=self.clock(),
            )
        pull(hub.database, hub.cipher, hub.connections, hub.bells, self.clock, self.crm)
        hub.outbox.create(
            SendOrder(
                key="winter",
                template_key="sale",
                gateway_id=self.sms,
                connection_id=self.crm,
                actor="test",
            )
        )
        dispatch.drain(
            hub.database,
            hub.cipher,
            hub.senders,
            hub.connections,
            hub.bells,
            self.clock,
            self.sms,
            "worker",
            self.clock() + timedelta(seconds=30),
            policy=hub.policy,
        )
        self.opt_out(self.contact(TOLD))
        pushes.push_open(hub.database, hub.connections, self.clock)
        self.opt_out(self.contact(NOT_TOLD))

    def contact(self, record: str) -> int:
        """The number behind a record of the first app, by its id there."""
        with self.hub.database.read() as tx:
            link = people.find_links(tx, self.crm, [f"1:{record}"])[f"1:{record}"]
        assert link.contact_id
        return link.contact_id

    def opt_out(self, contact_id: int) -> None:
        hub = self.hub
        with hub.database.write() as tx:
            act.opt_out(
                tx,
                hub.cipher,
                contact_id=contact_id,
                scope="promotional",
                origin="page",
                actor="person",
                occurred_at=self.clock(),
                now=self.clock(),
                sink_connections=hub.connections.with_role("opt_out_sink"),
            )

    def link(self) -> str:
        return signin.administrator_link(self.hub.database, self.clock(), "ja")

    def session(
        self,
        login: str = "administrator",
        role: str = "administrator",
        *,
        site: str | None = None,
        whole: bool = False,
    ) -> str:
        """A new session's token for a user with this role; `whole`: a code was given in it."""
        token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(token.encode()).digest()
        now = self.clock()
        with self.hub.database.write() as tx:
            user = access.user_for(tx, login, login, role, "ja", now)
            if site is not None:
                sites.put(tx, site, site, now)
                found = sites.by_key(tx, site)
                assert found
                access.set_sites(tx, user, [found.id])
            session_rows.add_session(
                tx,
                digest,
                user,
                secrets.token_urlsafe(32),
                now,
                second_at=now if whole else None,
            )
        return token

    def client(self, session: str | None = None, *, secure: bool = False):
        client = self.app.test_client()
        if session:
            name = "__Host-hub" if secure else "hub"
            client.set_cookie(name, session, secure=secure)
        return client

    def csrf(self, session: str) -> str:
        found = sessions.find(self.hub.database, session, self.clock())
        assert found
        return found.csrf

    def close(self) -> None:
        self.kintone.stop()
        self.gateway.stop()
        self.hub.database.close()
