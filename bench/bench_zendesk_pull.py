"""Reading Zendesk's export of users into contacts, against zenpy's own iteration over it.

Both read the same 10,000 users from the same sandbox, which runs in a process of its own. What is
measured is the CPU time of the reader, from the socket to its objects: ours are checked contacts
with consent and dates, zenpy's are its plain user objects. The target is 5 times as fast.

The last ratio is the memory of reading five times as many users.
"""

import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import orjson
from ratio import Ratio
from zenpy import Zenpy

from connectors.zendesk.contacts import ZendeskContacts
from connectors.zendesk.settings import ZendeskSettings
from hub.sdk import Connection, FieldMapping

PEOPLE = 10_000
ROUNDS = 3
SERVE = """
import sys, orjson
from connectors.zendesk.sandbox import ZendeskSandbox
with ZendeskSandbox(people=int(sys.argv[1]), limits=False) as sandbox:
    known = {"settings": sandbox.connection_settings(), "credentials": sandbox.credentials()}
    print(orjson.dumps(known).decode(), flush=True)
    sys.stdin.read()
"""


@contextmanager
def sandbox(people: int) -> Iterator[dict[str, dict]]:
    """A sandbox in another process: what its connection needs, and its credentials."""
    serving = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(people)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield orjson.loads(serving.stdout.readline())
    finally:
        serving.communicate()


def ours(settings: dict) -> int:
    """Read everything as the hub does; give how many there were."""
    given = dict(settings)
    mapping = FieldMapping(**given.pop("mapping"))
    source = ZendeskContacts(
        Connection(
            name="desk",
            plugin="zendesk",
            label="desk",
            settings=ZendeskSettings().load(given),
            mapping=mapping,
        )
    )
    count, cursor, done = 0, None, False
    while not done:
        page = source.changed(cursor)
        count, cursor, done = count + len(page.items), page.cursor, page.done
    return count


def zenpy(settings: dict, credentials: dict) -> int:
    """Read everything as zenpy's manual says; give how many customers there were."""
    os.environ["ZENPY_FORCE_SCHEME"] = "http"
    os.environ["ZENPY_FORCE_NETLOC"] = urlsplit(settings["base_url"]).netloc
    client = Zenpy(
        subdomain=credentials["subdomain"],
        email=credentials["email"],
        token=credentials["api_token"],
        disable_cache=True,
    )
    users = client.users.incremental(start_time=1, per_page=1000)
    return sum(user.role == "end-user" for user in users)


def run() -> Iterator[Ratio]:
    """Measure both in turns."""
    times: dict[str, list[float]] = {"ours": [], "zenpy": []}
    with sandbox(PEOPLE) as known:
        settings, credentials = known["settings"], known["credentials"]
        for _ in range(ROUNDS):
            start = time.process_time()
            assert ours(settings) == PEOPLE
            times["ours"].append(PEOPLE / (time.process_time() - start))
            start = time.process_time()
            assert zenpy(settings, credentials) == PEOPLE
            times["zenpy"].append(PEOPLE / (time.process_time() - start))
    yield Ratio(
        name="export into contacts",
        ours=statistics.median(times["ours"]),
        baseline=statistics.median(times["zenpy"]),
        unit="users/s of CPU time",
        at_least=3.5,
    )
    yield Ratio(
        name="memory of five times as many",
        ours=_peak(5 * PEOPLE),
        baseline=_peak(PEOPLE),
        unit="MB",
        at_most=1.5,
    )


def _peak(people: int) -> float:
    with sandbox(people) as known:
        tracemalloc.start()
        ours(known["settings"])
        peak = tracemalloc.get_traced_memory()[1] / 1_000_000
        tracemalloc.stop()
        return peak
