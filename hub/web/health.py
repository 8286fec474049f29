"""`/healthz`, `/readyz`, `/metrics`: for load balancers and monitoring, without personal data."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError

from hub.factory import Hub
from hub.messages import rates
from hub.queue import QUEUES, queue
from hub.store import counts
from hub.store.database import StoreUnavailable
from hub.store.replies import count_open


def blueprint(hub: Hub) -> Blueprint:
    """Give the blueprint."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        """Say that this process serves."""
        return jsonify(status="ok")

    @pages.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Say whether store and broker answer; 503 where one does not."""
        parts = {"store": _store(hub), "broker": _broker(hub)}
        # Without the broker pages, opt-outs and webhooks still work: they only need the store.
        ready = parts["store"]
        return jsonify(status="ok" if all(parts.values()) else "degraded", **parts), (
            200 if ready else 503
        )

    @pages.get("/metrics")
    def metrics() -> Response:
        """Give the hub's figures in the Prometheus text format."""
        registry = CollectorRegistry()
        messages = Gauge("hub_messages", "Messages by state", ["state"], registry=registry)
        pushes = Gauge("hub_opt_out_pushes", "Pushes by state", ["state"], registry=registry)
        oldest = Gauge(
            "hub_opt_out_push_oldest_seconds", "Age of the oldest open push", registry=registry
        )
        by_gateway = Gauge(
            "hub_gateway_messages",
            "Messages that left within a day, by gateway and state",
            ["gateway", "state"],
            registry=registry,
        )
        replies = Gauge(
            "hub_replies_open", "Replies that wait for a person's decision", registry=registry
        )
        waiting = Gauge("hub_queue_jobs", "Bells waiting by queue", ["queue"], registry=registry)
        with hub.database.read() as tx:
            for state, count in counts.messages_by_state(tx).items():
                messages.labels(state).set(count)
            for state, count in counts.pushes_by_state(tx).items():
                pushes.labels(state).set(count)
            since = counts.oldest_open_push(tx)
            for rate in rates.of(tx, "gateway", hub.clock() - timedelta(days=1)):
                for state, count in rate.states.items():
                    by_gateway.labels(rate.group, state).set(count)
            replies.set(count_open(tx))
        oldest.set(0 if since is None else (hub.clock() - since).total_seconds())
        try:
            for name in QUEUES:
                waiting.labels(name).set(len(queue(hub.bells.redis, name)))
        except RedisError:
            waiting.clear()
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return pages


def _store(hub: Hub) -> bool:
    try:
        # BEGIN alone asks SQLite for nothing; a row of a table does.
        hub.connections.rows()
    except StoreUnavailable:
        return False
    return True


def _broker(hub: Hub) -> bool:
    try:
        return bool(hub.bells.redis.ping())
    except (RedisError, OSError):
        return False
