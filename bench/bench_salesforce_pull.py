"""Reading an org's Contacts and Leads into contacts, by pages and by Bulk API 2.0.

The plain path reads the same rows from the same sandbox, which runs in a process of its own, as
simple-salesforce's manual says (`query_all_iter`; `bulk2` and `csv.DictReader`) and checks each
with marshmallow. What is measured is the CPU time of the reader, from the socket to its objects:
ours are checked contacts with consent, opt-out and dates, the plain path's are checked dicts that
nobody has looked into yet. What comes after, in a whole pull, is `bench_pull.py`'s.

The last ratios are the memory of reading five times as many people.
"""

import csv
import io
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
from marshmallow import EXCLUDE, Schema, fields
from ratio import Ratio
from simple_salesforce.api import Salesforce

from connectors.salesforce import contacts
from connectors.salesforce.org import sign_in
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.transport import Transport
from hub.sdk import Connection, FieldMapping

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
ROUNDS = 3
SERVE = """
import sys, orjson
from connectors.salesforce.sandbox import SalesforceSandbox
with SalesforceSandbox(people=int(sys.argv[1]), limits=False) as sandbox:
    known = {"settings": sandbox.connection_settings(), "count": sandbox.records()["people"]}
    print(orjson.dumps(known).decode(), flush=True)
    sys.stdin.read()
"""
FIELDS = (
    "Id, SystemModstamp, MobilePhone, Name, SMS_Opt_In__c, SMS_Consent_Date__c, "
    "SMS_Consent_Until__c, SMS_Consent_Wording__c, SMS_Consent_Source__c, SMS_Opt_Out__c, "
    "SMS_Opt_Out_Date__c, Store__c"
)


class Empty(fields.AwareDateTime):
    """A date that may be empty, as in CSV."""

    def _deserialize(self, value, *args, **kwargs):
        return None if value == "" else super()._deserialize(value, *args, **kwargs)


class Row(Schema):
    """The fields of a record, checked one by one."""

    class Meta:
        unknown = EXCLUDE

    Id = fields.String(required=True)
    SystemModstamp = fields.AwareDateTime(required=True)
    MobilePhone = fields.String(allow_none=True)
    Name = fields.String(allow_none=True)
    SMS_Opt_In__c = fields.Boolean(required=True)
    SMS_Consent_Date__c = Empty(allow_none=True)
    SMS_Consent_Until__c = fields.String(allow_none=True)
    SMS_Consent_Wording__c = fields.String(allow_none=True)
    SMS_Consent_Source__c = fields.String(allow_none=True)
    SMS_Opt_Out__c = fields.Boolean(required=True)
    SMS_Opt_Out_Date__c = Empty(allow_none=True)
    Store__c = fields.String(allow_none=True)


@contextmanager
def sandbox(people: int) -> Iterator[tuple[Connection, int]]:
    """A sandbox in another process: a connection to it, and how many people it has."""
    serving = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(people)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        known = orjson.loads(serving.stdout.readline())
        given = known["settings"]
        mapping = FieldMapping(**given.pop("mapping"))
        connection = Connection(
            name="sf",
            plugin="salesforce",
            label="sf",
            settings=SalesforceSettings().load(given),
            mapping=mapping,
        )
        yield connection, known["count"]["count"]
    finally:
        serving.communicate()


def ours(connection: Connection, *, above: int) -> int:
    """Read everything as the hub does, by bulk above so many rows; give how many there were."""
    contacts.ABOVE = above
    source = contacts.SalesforceContacts(connection)
    count, cursor, done = 0, None, False
    while not done:
        page = source.changed(cursor)
        count, cursor, done = count + len(page.items), page.cursor, page.done
    return count


def plain(connection: Connection, *, bulk: bool) -> int:
    """Read everything as the library's manual says; give how many there were."""
    transport = Transport(connection.settings["base_url"], timeout=60)
    token = sign_in(connection, transport)
    client = Salesforce(
        session_id=token.session_id,
        instance=token.sf_instance,
        version=token.sf_version,
        session=transport,
    )
    schema, count = Row(), 0
    for object_ in ("Contact", "Lead"):
        soql = f"SELECT {FIELDS} FROM {object_}"
        rows = by_bulk(client, object_, soql) if bulk else client.query_all_iter(soql)
        for row in rows:
            schema.load(row)
            count += 1
    return count


def by_bulk(client: Salesforce, object_: str, soql: str) -> Iterator[dict[str, str]]:
    """The rows of the library's bulk query."""
    for text in getattr(client.bulk2, object_).query(soql, wait=0.1):
        yield from csv.DictReader(io.StringIO(text))


def run() -> Iterator[Ratio]:
    """Measure all four in turns."""
    rates: dict[str, list[float]] = {}

    def timed(name: str, read: Callable[[], int]) -> None:
        start = time.process_time()
        count = read()
        assert count == people, f"{name} read {count} of {people}"
        rates.setdefault(name, []).append(count / (time.process_time() - start))

    with sandbox(PEOPLE) as (connection, people):
        for _ in range(ROUNDS):
            timed("rest", lambda: ours(connection, above=10**9))
            timed("plain rest", lambda: plain(connection, bulk=False))
            timed("bulk", lambda: ours(connection, above=100))
            timed("plain bulk", lambda: plain(connection, bulk=True))
    middle = {name: statistics.median(each) for name, each in rates.items()}
    for name, words, floor in (("rest", "by pages (REST)", 1.6), ("bulk", "by Bulk API 2.0", 1.35)):
        yield Ratio(
            name=words,
            ours=middle[name],
            baseline=middle[f"plain {name}"],
            unit="records/s of CPU time",
            at_least=floor,
        )
    for above, words in ((10**9, "REST"), (100, "Bulk")):
        yield Ratio(
            name=f"memory of five times as many ({words})",
            ours=_peak(100_000, above),
            baseline=_peak(20_000, above),
            unit="MB",
            at_most=1.5,
        )


def _peak(people: int, above: int) -> float:
    with sandbox(people) as (connection, _):
        tracemalloc.start()
        ours(connection, above=above)
        peak = tracemalloc.get_traced_memory()[1] / 1_000_000
        tracemalloc.stop()
        return peak
