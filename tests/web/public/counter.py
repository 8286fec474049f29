"""A shop that has an opt-in form: what customers type, and the SMS on their phones."""

import re
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from hub.consent import forms, purposes, standing
from hub.consent.gate import Question, decide
from hub.contacts.pull import pull
from hub.messages import confirmation, dispatch
from hub.optout import act
from hub.store import person_views
from hub.store.forms import FormContent, FormTexts
from hub.store.people import contacts_for
from hub.store.tables.consent import document, evidence
from hub.store.tables.people import contact

from ..console.shop import Shop

NUMBER = "090-1234-9876"
E164 = "+819012349876"
TEXTS = {
    "ja": FormTexts(
        title="お知らせのSMS",
        wording="サンプル商店が次のSMSを送ることに同意します。",
        frequency="月に2回まで",
    ),
    "en": FormTexts(
        title="News by SMS",
        wording="I agree to get these SMS from サンプル商店.",
        frequency="Two a month at most",
    ),
}


class Counter(Shop):
    """The shop, its form, and what happens at it."""

    def open(self, **changes: object) -> forms.Form:
        """Publish the form with what a test wants changed."""
        self.sms = self.hub.connections.row("sms").id
        now = self.clock()
        with self.hub.database.write() as tx:
            for key, label in (("campaign", "セールのご案内"), ("points", "ポイントのご案内")):
                purposes.ensure(tx, key, "promotional", label, f"{label}をお送りします。", now)
            confirmation.prepare(tx, self.hub.sender, now)
            content = {
                "texts": TEXTS,
                "purposes": ("campaign", "points"),
                "privacy_notice_url": "https://shop.example.jp/privacy",
                "privacy_notice_version": "2026-01",
                "double_opt_in": True,
                "gateway_id": self.sms,
                "origins": (),
                "site_id": None,
                **changes,
            }
            return forms.publish(tx, key="news", content=FormContent(**content), by="test", now=now)

    def page(self, path: str = "/f/news", language: str = "ja") -> str:
        return self.client().get(f"{path}?lang={language}").text

    def send(self, number: str = NUMBER, *purposes: str, address: str = "192.0.2.7", **more):
        """Fill the form in and send it; gives the answer."""
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', self.page())
        assert seen
        data = {
            "seen": seen[1],
            "number": number,
            "purpose": list(purposes or ("campaign",)),
            **more,
        }
        return self.client().post(
            "/f/news?lang=ja", data=data, environ_overrides={"REMOTE_ADDR": address}
        )

    def sent(self, *args: object, **more: object) -> str:
        """Send the form; gives the address of the page that asks for the code."""
        answer = self.send(*args, **more)
        assert answer.status_code == 303
        return answer.location.partition("?")[0]

    def type_code(self, path: str, code: str):
        return self.client().post(f"{path}?lang=ja", data={"code": code}, follow_redirects=True)

    def drain(self) -> None:
        """Let the SMS go out that are due."""
        hub = self.hub
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

    def texts(self, number: str = E164) -> list[str]:
        """What lies on a phone, oldest first, after all SMS went out."""
        self.drain()
        return [each.text for each in self.gateway.messages if each.number == number]

    def code(self, number: str = E164) -> str:
        """The code in the newest SMS on a phone."""
        found = re.findall(r"#(\d{6})$", self.texts(number)[-1])
        assert found
        return found[0]

    def pull(self) -> None:
        hub = self.hub
        crm = hub.connections.row("crm").id
        pull(hub.database, hub.cipher, hub.connections, hub.bells, self.clock, crm)

    def contact_id(self, number: str = E164) -> int:
        with self.hub.database.write() as tx:
            lookups = self.hub.cipher.lookups(number)
            return contacts_for(tx, [lookups], self.clock())[0]

    def stop(self, scope: str, number: str = E164) -> None:
        with self.hub.database.write() as tx:
            act.opt_out(
                tx,
                self.hub.cipher,
                contact_id=_contact(tx, self, number),
                scope=scope,
                origin="page",
                actor="person",
                occurred_at=self.clock(),
                now=self.clock(),
                sink_connections=self.hub.connections.with_role("opt_out_sink"),
            )

    def entries(self, number: str = E164) -> list[sa.Row]:
        """The ledger's rows about a number, oldest first."""
        id_ = self.contact_id(number)
        with self.hub.database.read() as tx:
            query = sa.select(evidence).where(evidence.c.contact_id == id_)
            return list(tx.execute(query.order_by(evidence.c.seq)))

    def kept(self, sha256: str) -> str:
        with self.hub.database.read() as tx:
            query = sa.select(document.c.text).where(document.c.sha256 == sha256)
            return str(tx.execute(query).scalar_one())

    def verdict(self, purpose: str = "campaign", number: str = E164) -> str:
        """What the gate says of an advertising SMS now: allow, or the reason why not."""
        id_ = self.contact_id(number)
        question = Question(
            purpose_key=purpose,
            message_class="promotional",
            now=self.clock(),
            source_read_at=self.clock(),
        )
        with self.hub.database.read() as tx:
            known = standing.load(tx, [id_], purpose)[id_]
        return getattr(decide(question, known, self.hub.policy), "reason", "allow")

    def has_number(self, number: str = E164) -> bool:
        id_ = self.contact_id(number)
        with self.hub.database.read() as tx:
            query = sa.select(contact.c.number_enc).where(contact.c.id == id_)
            return tx.execute(query).scalar() is not None

    def exclusions(self, number: str = E164) -> list[str]:
        with self.hub.database.read() as tx:
            rows = person_views.exclusions_of(tx, self.contact_id(number))
        return [row.scope for row in rows if row.lifted_at is None]


def _contact(tx, counter: Counter, number: str) -> int:
    return contacts_for(tx, [counter.hub.cipher.lookups(number)], counter.clock())[0]


def opened(home: Path, redis_url: str, now, **settings: str) -> Counter:
    counter = Counter(home, redis_url, now, **settings)
    counter.open()
    return counter
