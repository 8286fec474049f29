"""After a pull, a send and opt-outs at the most talkative level, nobody's number is lying about."""

import re
import urllib.parse
import urllib.request
import zlib

import pytest

from hub.consent import purposes
from hub.messages import library
from hub.messages.orders import SendOrder
from hub.optout import receipts
from hub.queue import QUEUES, queue
from hub.store import counts
from hub.testing.leaks import leaked
from hub.testing.roster import roster

from .machine import MOBILE, Machine, until

BODY = "{{name}}様 {{sender_name}}です。冬の会員限定セールのご案内です。 配信停止: {{opt_out_url}}"
SAID = "冬の会員限定セール"
LINK = re.compile(r"http://localhost:\d+(/o/[\w-]+)")


class Traces:
    """What one busy day leaves on a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        people = roster(machine.kintone.people)
        self.numbers = [n for person in people for n in (person.e164, person.typed) if n]
        self.names = [person.name for person in people]
        self.folder = machine.home / "var"

    def check(self, text: str, *, words: tuple[str, ...] = (SAID,)) -> None:
        """Fail where this text holds a number, a name or what was said."""
        assert not MOBILE.search(text)
        assert leaked(text, [], self.numbers) is None
        assert not [name for name in self.names if name in text]
        # Names without the space between their parts, as templates may write them.
        assert not [name for name in self.names if name.replace("\u3000", "") in text]
        assert not [word for word in words if word in text]


@pytest.fixture(scope="module")
def traces(machine: Machine):
    """The machine after it pulled, sent, was answered STOP, and somebody tapped the link."""
    machine.start(HUB_LOG_LEVEL="DEBUG")
    hub = machine.hub()
    crm, sms = hub.connections.row("crm").id, hub.connections.row("sms").id
    with hub.database.write() as tx:
        now = hub.clock()
        purposes.ensure(tx, "campaign", "promotional", "お知らせ", "会員向けのご案内", now)
        library.publish(
            tx,
            key="sale",
            label="セール",
            purpose_key="campaign",
            body=BODY,
            actor="test",
            sender=hub.sender,
            known=["store"],
            now=now,
        )
    secret = machine.environ["MACHINE_HOOK"]
    machine.kintone.webhook_to(f"{machine.environ['HUB_PUBLIC_URL']}/in/crm/{secret}")
    hub.bells.pull(crm)
    people = machine.kintone.people

    def pulled():
        with hub.database.read() as tx:
            return sum(counts.verdicts(tx, crm).values()) == people

    until(pulled, "the pull")
    hub.outbox.create(
        SendOrder(
            key="winter", template_key="sale", gateway_id=sms, connection_id=crm, actor="test"
        )
    )

    def delivered():
        with hub.database.read() as tx:
            states = counts.messages_by_state(tx)
        return states.get("delivered", 0) >= 2 and not states.get("queued")

    until(delivered, "SMS to be delivered", 40)
    machine.kintone.edit("1", {"店舗": "大阪"})
    texted = machine.phone.messages
    machine.phone.reply(texted[0].number, "STOP 09011112222 山田")
    path = LINK.search(texted[1].text).group(1)
    with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}{path}") as page:
        act = re.search(r'name="act" value="([^"]+)"', page.read().decode()).group(1)
    form = urllib.parse.urlencode({"act": act}).encode()
    urllib.request.urlopen(f"http://127.0.0.1:{machine.port}{path}", form).close()

    def told():
        with hub.database.read() as tx:
            rows = receipts.listing(tx, limit=100)
        said = [row for row in rows if row.origin == "page"]
        return said and all(row.state == "done" for row in said)

    until(told, "the platform to be told", 40)
    yield Traces(machine)
    hub.database.close()


def test_no_process_wrote_a_number_a_name_or_a_text_to_its_terminal(traces):
    said = traces.machine.said()
    assert "DEBUG" in said
    traces.check(said)


def test_no_process_wrote_a_link_of_an_sms_or_the_secret_of_a_webhook(traces):
    said = traces.machine.said()
    for message in traces.machine.phone.messages:
        assert LINK.search(message.text).group(1) not in said
    for secret in ("MACHINE_TOKEN", "MACHINE_HOOK", "MACHINE_KEY"):
        assert traces.machine.environ[secret] not in said


def test_the_broker_and_its_file_hold_ids_only(traces):
    broker = traces.machine.hub().bells.redis
    files = list((traces.folder / "broker").rglob("*.aof"))
    assert files
    for file in files:
        held = file.read_bytes()
        traces.check(held.decode("utf-8", "replace"))
        # RQ compresses what a job carries.
        for part in re.findall(rb"x\x9c.{8,400}", held, re.DOTALL):
            traces.check(inflated(part))
    for name in QUEUES:
        failed = queue(broker, name).failed_job_registry
        assert failed.get_job_ids() == [], f"a job of {name} failed"


def test_the_store_holds_numbers_names_and_texts_encrypted_only(traces):
    files = [file for file in traces.folder.iterdir() if file.name.startswith("hub.sqlite3")]
    assert files
    for file in files:
        held = file.read_bytes()
        traces.check(held.decode("utf-8", "replace"), words=("STOP 09011112222",))
        for number in traces.numbers:
            assert number.encode() not in held
        for name in traces.names:
            assert name.encode() not in held


def test_what_is_left_on_disk_is_for_its_owner_alone(traces):
    for file in [traces.folder / "hub.keys", *traces.folder.glob("hub.sqlite3*")]:
        assert file.stat().st_mode & 0o077 == 0, file.name


def inflated(part: bytes) -> str:
    try:
        return zlib.decompressobj().decompress(part).decode("utf-8", "replace")
    except zlib.error:
        return ""
