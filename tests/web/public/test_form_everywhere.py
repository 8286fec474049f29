"""One tick on the hosted form, confirmed by its code, ends in the records of all platforms."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.kintone.sandbox import KintoneSandbox
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import AGREED_VALUE, user_id
from hub.contacts.consent_pushing import push_consents
from hub.contacts.pull import pull
from hub.optout.pushes import push_open
from hub.store.tables.forms import consent_push
from hub.store.tables.people import link
from hub.testing.faults import Fault, FaultKind
from hub.testing.roster import person

from ..console.shop import toml
from .conftest import MORNING
from .counter import Counter

PEOPLE = 90
WHO = person(82)
"""Somebody known to all three, who was never asked by any."""

AGREED = "campaign"


class Mall(Counter):
    """The shop with its customers in kintone, Salesforce and Zendesk."""

    def _plugins(self, file: Path) -> None:
        self.kintone.stop()
        self.kintone = KintoneSandbox(people=PEOPLE, clock=self.clock)
        self.salesforce = SalesforceSandbox(people=PEOPLE, clock=self.clock)
        self.zendesk = ZendeskSandbox(people=PEOPLE, clock=self.clock)
        for sandbox in (self.kintone, self.salesforce, self.zendesk):
            sandbox.start()
        super()._plugins(file)
        text = file.read_text("utf-8")
        text = text.replace('load = ["kintone", ', 'load = ["kintone", "salesforce", "zendesk", ')
        text += self._connection(file, "sf", "salesforce", self.salesforce.connection_settings())
        text += self._connection(file, "desk", "zendesk", self.zendesk.connection_settings())
        file.write_text(text, "utf-8")

    def _connection(self, file: Path, name: str, plugin: str, settings: dict) -> str:
        mapping = settings.pop("mapping")
        for secret in ("private_key", "client_secret", "webhook_secret"):
            if secret in settings:
                kept = file.with_name(f"{name}.{secret}")
                kept.write_text(str(settings[secret]), "utf-8")
                kept.chmod(0o600)
                settings[secret] = {"file": str(kept)}
        table = f'\n[connections.{name}]\nplugin = "{plugin}"\nlabel = "{name}"\n{toml(settings)}\n'
        return f"{table}[connections.{name}.mapping]\n{toml(mapping)}\n"

    def pull(self) -> None:
        hub = self.hub
        for name in ("crm", "sf", "desk"):
            id_ = hub.connections.row(name).id
            pull(hub.database, hub.cipher, hub.connections, hub.bells, self.clock, id_)

    def push(self) -> None:
        hub = self.hub
        push_open(hub.database, hub.connections, self.clock)
        push_consents(hub.database, hub.connections, self.clock)

    def sign_up(self) -> None:
        path = self.sent(WHO.e164, AGREED)
        self.type_code(path, self.code(WHO.e164))

    def said(self) -> dict[str, tuple[object, object]]:
        """What each platform's record says: the answer, and whether it is opted out."""
        row = self.contact_row()
        fields = self.zendesk.user(user_id(WHO.index))["user_fields"]
        record = str(WHO.index)
        return {
            "crm": (
                self.kintone.value(record, "SMS許諾"),
                self.kintone.value(record, "配信停止"),
            ),
            "sf": (row["SMS_Opt_In__c"], row["SMS_Opt_Out__c"]),
            "desk": (fields["sms_consent"], bool(fields["sms_opt_out"])),
        }

    def contact_row(self) -> dict[str, object]:
        """The person's Contact in Salesforce."""
        table = self.salesforce.org.tables["Contact"]
        return dict(table.row(WHO.index).values)

    def states(self) -> dict[str, str]:
        """How far each connection's newest push is, by its name."""
        names = {row.id: row.name for row in self.hub.connections.rows()}
        with self.hub.database.read() as tx:
            query = sa.select(consent_push.c.connection_id, consent_push.c.state)
            rows = tx.execute(query.order_by(consent_push.c.id)).all()
        return {names[each.connection_id]: each.state for each in rows}

    def close(self) -> None:
        super().close()
        self.salesforce.stop()
        self.zendesk.stop()


NOTHING = {"crm": ([], []), "sf": (False, False), "desk": (None, False)}
YES = {"crm": (["許諾する"], []), "sf": (True, False), "desk": (AGREED_VALUE, False)}
STOPPED = {"crm": ([], ["停止"]), "sf": (False, True), "desk": (None, True)}
DONE = dict.fromkeys(("crm", "sf", "desk"), "done")


@pytest.fixture
def mall(redis_url: str, tmp_path: Path) -> Iterator[Mall]:
    mall = Mall(tmp_path, redis_url, MORNING)
    mall.open()
    mall.pull()
    yield mall
    mall.close()


def test_the_code_makes_all_three_records_say_yes_with_the_words_of_the_form(mall: Mall):
    assert mall.said() == NOTHING
    mall.sent(WHO.e164, AGREED)
    mall.push()
    assert mall.said() == NOTHING

    mall.sign_up()
    mall.push()

    assert mall.said() == YES
    assert mall.states() == DONE
    wordings = (
        mall.kintone.value(str(WHO.index), "許諾文言"),
        mall.contact_row()["SMS_Consent_Wording__c"],
        mall.zendesk.user(user_id(WHO.index))["user_fields"]["sms_consent_wording"],
    )
    assert all("セールのご案内" in str(wording) for wording in wordings)


def test_the_next_pulls_read_the_consent_and_push_nothing_again(mall: Mall):
    mall.sign_up()
    mall.push()
    mall.clock.advance(700)
    mall.pull()
    mall.push()

    with mall.hub.database.read() as tx:
        query = sa.select(link.c.verdict).where(link.c.contact_id == mall.contact_id(WHO.e164))
        verdicts = list(tx.execute(query).scalars())
    assert verdicts == ["consented"] * 3
    assert mall.verdict(number=WHO.e164) == "allow"
    assert mall.said() == YES


def test_a_stop_before_the_records_were_told_leaves_none_of_them_saying_yes(mall: Mall):
    mall.sign_up()
    mall.clock.advance(60)
    mall.stop("promotional", WHO.e164)
    mall.push()

    assert mall.said() == STOPPED
    assert set(mall.states().values()) == {"superseded"}


def test_who_comes_back_is_let_in_again_everywhere(mall: Mall):
    mall.stop("promotional", WHO.e164)
    mall.push()
    assert mall.said() == STOPPED
    mall.clock.advance(86_400)
    mall.sign_up()
    for _ in range(4):
        mall.push()
        mall.clock.advance(4_000)

    assert mall.said() == YES
    assert mall.states() == DONE


def test_one_platform_that_is_away_keeps_none_of_the_others_from_it(mall: Mall):
    mall.sign_up()
    mall.salesforce.faults.add(Fault(kind=FaultKind.STATUS, status=503, times=50))
    mall.push()
    assert mall.states() == DONE | {"sf": "open"}

    mall.salesforce.faults.clear()
    mall.clock.advance(4_000)
    mall.push()
    assert mall.said() == YES
