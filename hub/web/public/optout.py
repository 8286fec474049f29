"""The opt-out page at `/o/<token>`: looking changes nothing, one button acts.

Link scanners and message previews open links, so GET and HEAD only show (RFC 8058 puts the action
on POST for the same reason). The token is the secret: no sign-in, no cookie, no CSRF token. It
survives its use.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from hub.config import Config
from hub.connections.directory import Connections
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import purpose_scope
from hub.consent.policy import Policy
from hub.optout import tokens
from hub.optout.act import opt_out, undo
from hub.queue import Bells
from hub.store.cipher import Cipher
from hub.store.database import Database, StoreUnavailable, Tx
from hub.store.tokens import TokenRow
from hub.web.public.answers import Answers, with_headers
from hub.web.public.limits import UnknownLinks
from hub.web.public.view import view_of

_UNDO = "undo:"
_ACTOR = "person"
_LONGEST_AGENT = 300


class Serves(Protocol):
    """What the page needs of the hub."""

    @property
    def config(self) -> Config: ...  # noqa: D102
    @property
    def database(self) -> Database: ...  # noqa: D102
    @property
    def cipher(self) -> Cipher: ...  # noqa: D102
    @property
    def connections(self) -> Connections: ...  # noqa: D102
    @property
    def bells(self) -> Bells: ...  # noqa: D102
    @property
    def policy(self) -> Policy: ...  # noqa: D102
    @property
    def clock(self) -> Callable[[], datetime]: ...  # noqa: D102


def blueprint(hub: Serves) -> Blueprint:
    """Give the opt-out page of one hub, as a blueprint that the other public pages join."""
    pages = Blueprint("public", __name__, template_folder="templates")
    unknown = UnknownLinks(hub.bells.redis, hub.clock)
    page = _Page(hub, unknown)

    @pages.get("/o/<token>")
    def show(token: str) -> Response:
        return page.show(token)

    @pages.post("/o/<token>")
    def act(token: str) -> Response:
        return page.act(token)

    @pages.errorhandler(StoreUnavailable)
    def down(error: StoreUnavailable) -> Response:
        return page.down()

    return pages


class _Page:
    """Shows the page and does what its buttons say."""

    def __init__(self, hub: Serves, unknown: UnknownLinks) -> None:
        self._hub = hub
        self._unknown = unknown
        self._answers = Answers(hub.config)

    def show(self, token: str) -> Response:
        now = self._hub.clock()
        with self._hub.database.read() as tx:
            row = tokens.find(tx, token)
            if row is None:
                return self._not_known()
            view = view_of(tx, row, self._hub.policy, now)
        undone = "undone" in request.args and not view.stops
        return self._answers.page("public/optout.html", 200, view=view, undone=undone)

    def act(self, token: str) -> Response:
        wish = request.form.get("act", "")
        # Looked up without the write lock: a stranger's guesses must not keep anybody waiting.
        with self._hub.database.read() as tx:
            row = tokens.find(tx, token)
        if row is None:
            return self._not_known()
        sinks = self._hub.connections.with_role("opt_out_sink")
        with self._hub.database.write() as tx:
            # Only what is committed is told: the answer is made after this block.
            done = self._obey(tx, row, wish, sinks)
        if not done:
            return self.show(token)
        self._hub.bells.pushes()
        query = {"lang": self._answers.language()} | (
            {"undone": "1"} if wish.startswith(_UNDO) else {}
        )
        return with_headers(redirect(f"{request.path}?{urlencode(query)}", code=303))

    def down(self) -> Response:
        response = self._answers.page("public/sorry.html", 503, heading="down_title", text="down")
        response.headers["Retry-After"] = "120"
        return response

    def _obey(self, tx: Tx, row: TokenRow, wish: str, sinks: frozenset[int]) -> bool:
        now = self._hub.clock()
        agent = str(request.user_agent)[:_LONGEST_AGENT]
        if wish.startswith(_UNDO):
            number = wish.removeprefix(_UNDO)
            return (
                number.isascii()
                and number.isdecimal()
                and undo(
                    tx,
                    self._hub.cipher,
                    contact_id=row.contact_id,
                    exclusion_id=int(number[:18]),
                    message_id=row.message_id,
                    actor=_ACTOR,
                    now=now,
                    sink_connections=sinks,
                    ip=request.remote_addr,
                    user_agent=agent,
                    controller=self._hub.config.sender_name,
                )
            )
        view = view_of(tx, row, self._hub.policy, now)
        if wish not in {ALL, PROMOTIONAL, *(purpose_scope(each.key) for each in view.purposes)}:
            return False
        opt_out(
            tx,
            self._hub.cipher,
            contact_id=row.contact_id,
            scope=wish,
            origin="page",
            actor=_ACTOR,
            occurred_at=now,
            now=now,
            sink_connections=sinks,
            message_id=row.message_id,
            ip=request.remote_addr,
            user_agent=agent,
            controller=self._hub.config.sender_name,
        )
        tokens.used(tx, row, now)
        return True

    def _not_known(self) -> Response:
        if self._unknown.too_many(request.remote_addr or ""):
            return self._answers.page(
                "public/sorry.html", 429, heading="unknown_title", text="many"
            )
        return self._answers.page("public/sorry.html", 404, heading="unknown_title", text="unknown")
