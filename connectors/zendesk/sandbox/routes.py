# SPDX-License-Identifier: GPL-3.0-or-later
"""Which call goes where."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

from connectors.zendesk.sandbox import (
    bulk,
    export,
    identities,
    search,
    tags,
    ticketcalls,
    usercalls,
)
from connectors.zendesk.sandbox.account import Account
from connectors.zendesk.sandbox.asked import Asked

PREFIX = "/api/v2/"

Handler = Callable[..., dict[str, Any] | None]


def settings(asked: Asked) -> dict[str, Any]:
    """GET /account/settings, as much of it as clients look at."""
    return {"settings": {"active_features": {"organization_access_enabled": True}}}


def current_token(asked: Asked) -> None:
    """GET /oauth/tokens/current has its place here; `Api` answers it, for it has the token."""


def rules(account: Account) -> list[Rule]:
    """The calls of an account; each rule's endpoint is what answers it."""
    hooks, triggers, jobs = account.webhooks, account.triggers, account.jobs
    users, tickets = account.user_fields, account.ticket_fields
    table: list[tuple[str, str, Handler]] = [
        ("GET", "users/me", usercalls.me),
        ("GET", "users", usercalls.list_all),
        ("GET", "users/count", usercalls.count),
        ("GET", "users/search", usercalls.find),
        ("GET", "users/show_many", usercalls.show_many),
        ("POST", "users", usercalls.create),
        ("POST", "users/create_or_update", usercalls.create_or_update),
        ("POST", "users/create_many", bulk.create_users),
        ("POST", "users/create_or_update_many", bulk.create_or_update_users),
        ("PUT", "users/update_many", bulk.update_users),
        ("DELETE", "users/destroy_many", bulk.destroy_users),
        ("GET", "users/<int:number>", usercalls.read),
        ("PUT", "users/<int:number>", usercalls.change),
        ("DELETE", "users/<int:number>", usercalls.remove),
        ("PUT", "users/<int:number>/merge", usercalls.merge),
        ("GET", "users/<int:number>/tags", tags.of_user),
        ("PUT POST DELETE", "users/<int:number>/tags", tags.write_user),
        ("GET", "users/<int:number>/identities", identities.list_all),
        ("POST", "users/<int:number>/identities", identities.create),
        ("GET", "users/<int:number>/identities/<int:identity>", identities.read),
        ("DELETE", "users/<int:number>/identities/<int:identity>", identities.remove),
        (
            "PUT",
            "users/<int:number>/identities/<int:identity>/make_primary",
            identities.make_primary,
        ),
        ("GET", "users/<int:number>/tickets/requested", ticketcalls.requested),
        ("GET", "deleted_users", usercalls.list_deleted),
        ("DELETE", "deleted_users/<int:number>", usercalls.remove_for_good),
        ("GET", "incremental/users/cursor", export.users),
        ("GET", "incremental/users", export.users_by_time),
        ("GET", "incremental/tickets/cursor", export.tickets),
        ("GET", "incremental/tickets", export.tickets_by_time),
        ("GET", "job_statuses", jobs.list_all),
        ("GET", "job_statuses/show_many", jobs.show_many),
        ("GET", "job_statuses/<number>", jobs.read),
        ("GET", "tickets", ticketcalls.list_all),
        ("POST", "tickets", ticketcalls.create),
        ("GET", "tickets/show_many", ticketcalls.show_many),
        ("PUT", "tickets/update_many", ticketcalls.change_many),
        ("GET", "tickets/<int:number>", ticketcalls.read),
        ("PUT", "tickets/<int:number>", ticketcalls.change),
        ("DELETE", "tickets/<int:number>", ticketcalls.remove),
        ("GET", "tickets/<int:number>/comments", ticketcalls.comments),
        ("GET", "tickets/<int:number>/tags", tags.of_ticket),
        ("PUT POST DELETE", "tickets/<int:number>/tags", tags.write_ticket),
        ("GET", "search", search.search),
        ("GET", "search/count", search.count),
        ("GET", "search/export", search.export),
        ("GET", "webhooks", hooks.list_all),
        ("POST", "webhooks", hooks.create),
        ("POST", "webhooks/test", hooks.test),
        ("GET", "webhooks/<number>", hooks.read),
        ("PUT PATCH", "webhooks/<number>", hooks.change),
        ("DELETE", "webhooks/<number>", hooks.remove),
        ("GET POST", "webhooks/<number>/signing_secret", hooks.secret),
        ("GET", "webhooks/<number>/invocations", hooks.list_calls),
        ("GET", "webhooks/<number>/invocations/<call>/attempts", hooks.list_attempts),
        ("GET", "triggers", triggers.list_all),
        ("POST", "triggers", triggers.create),
        ("GET", "triggers/<int:number>", triggers.read),
        ("PUT", "triggers/<int:number>", triggers.change),
        ("DELETE", "triggers/<int:number>", triggers.remove),
        ("GET", "oauth/tokens/current", current_token),
        ("GET", "account/settings", settings),
    ]
    for fields in (users, tickets):
        table += [
            ("GET", f"{fields.kind}s", fields.list_all),
            ("POST", f"{fields.kind}s", fields.create),
            ("GET", f"{fields.kind}s/<int:number>", fields.read),
            ("PUT", f"{fields.kind}s/<int:number>", fields.change),
            ("DELETE", f"{fields.kind}s/<int:number>", fields.remove),
        ]
    return [
        Rule(PREFIX + path, methods=methods.split(), endpoint=handler)
        for methods, path, handler in table
    ]
