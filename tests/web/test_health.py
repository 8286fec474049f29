"""What load balancers and monitoring ask."""

import psycopg
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from hub.factory import build
from hub.web import create_app


@pytest.fixture
def make_client(tmp_path, clock):
    """Make a client of a hub with these settings."""
    plugins = tmp_path / "plugins.toml"
    plugins.write_text('[plugins]\nload = ["sandbox_gateway"]\n', encoding="utf-8")
    made = []

    def make(**settings):
        environ = {"HUB_DATA_DIR": str(tmp_path), "HUB_PLUGINS_FILE": str(plugins), **settings}
        hub = build(environ, clock=clock)
        made.append(hub)
        return create_app(hub).test_client()

    yield make
    for hub in made:
        hub.database.close()


@pytest.fixture
def away(tmp_path):
    return f"unix://{tmp_path}/nobody.sock"


def metrics(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {family.name: family.samples for family in families}


def test_a_process_that_serves_says_so(make_client, away):
    answer = make_client(HUB_REDIS_URL=away).get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_with_store_and_broker_all_is_well(make_client, redis_url):
    answer = make_client(HUB_REDIS_URL=redis_url).get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "store": True, "broker": True}


def test_without_the_broker_it_still_serves_opt_outs_and_says_that_it_is_degraded(
    make_client, away
):
    answer = make_client(HUB_REDIS_URL=away).get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "degraded", "store": True, "broker": False}


def test_without_the_store_it_is_not_ready(make_client, redis_url, postgres, postgres_url):
    client = make_client(HUB_REDIS_URL=redis_url, HUB_DATABASE_URL=postgres_url)
    name = sa.make_url(postgres_url).database
    with psycopg.connect(host=postgres, user="postgres", autocommit=True) as link:
        link.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json == {"status": "degraded", "store": False, "broker": True}
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 503
        link.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert client.get("/readyz").status_code == 200


def test_the_figures_are_what_prometheus_reads(make_client, redis_url):
    found = metrics(make_client(HUB_REDIS_URL=redis_url))
    assert {"hub_messages", "hub_opt_out_pushes", "hub_queue_jobs"} <= set(found)
    assert [sample.value for sample in found["hub_opt_out_push_oldest_seconds"]] == [0]
    assert {sample.labels["queue"] for sample in found["hub_queue_jobs"]} == {
        "send",
        "sync",
        "events",
    }


def test_bells_that_wait_are_counted(make_client, redis_url):
    from redis import Redis

    from hub.queue import Bells

    client = make_client(HUB_REDIS_URL=redis_url)
    with Redis.from_url(redis_url) as broker:
        Bells(broker).pushes()
    waiting = {s.labels["queue"]: s.value for s in metrics(client)["hub_queue_jobs"]}
    assert waiting == {"send": 0, "sync": 1, "events": 0}


def test_without_the_broker_the_other_figures_are_still_given(make_client, away):
    found = metrics(make_client(HUB_REDIS_URL=away))
    assert found["hub_queue_jobs"] == []
    assert found["hub_opt_out_push_oldest_seconds"]
