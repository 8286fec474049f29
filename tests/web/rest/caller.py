"""The shop, and a program of its own that calls the API."""

from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from hub.access import api_keys
from hub.store.tables.access import audit

from ..public.counter import NUMBER, Counter

HERE = "203.0.113.9"
WORDING = "お得な情報をSMSで受け取ることに同意します。"
CONSENT = {
    "number": NUMBER,
    "purpose": "campaign",
    "method": "checkbox",
    "default_ticked": False,
    "occurred_at": "2026-01-12T18:30:00+09:00",
    "wording": WORDING,
}


class Caller(Counter):
    key = ""

    def new_key(self, *scopes: str, **changes: Any) -> str:
        with self.hub.database.write() as tx:
            values = {"label": "shop", "networks": (), "by": "test", **changes}
            return api_keys.create(tx, scopes=scopes, now=self.clock(), **values).text

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        address: str = HERE,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        signed = {"Authorization": f"Bearer {self.key if key is None else key}"}
        return self.client().open(
            f"/api/v1{path}",
            method=method,
            json=body,
            headers={**signed, **(headers or {})},
            environ_overrides={"REMOTE_ADDR": address},
            **more,
        )

    def post(self, body: object, path: str = "/consents", **more: Any) -> TestResponse:
        return self.call("POST", path, body, **more)

    def recorded(self, **changes: Any) -> dict[str, Any]:
        """Record a consent with these changes; gives what the API answers."""
        answer = self.post({**CONSENT, **changes})
        assert answer.status_code == 201, answer.text
        return answer.json

    def trail(self) -> list[tuple[str, str]]:
        with self.hub.database.read() as tx:
            rows = tx.execute(sa.select(audit.c.actor, audit.c.action).order_by(audit.c.id))
            return [tuple(row) for row in rows]


def without(*names: str) -> dict[str, Any]:
    return {key: value for key, value in CONSENT.items() if key not in names}
