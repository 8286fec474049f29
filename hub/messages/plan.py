"""The plan of a send: everything about it that is the same for all recipients."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.consent.classes import advertises
from hub.messages import library, routes, tracked
from hub.messages.linter import Sender, lint
from hub.messages.templates import OPT_OUT_URL, Template, check_fields, parse
from hub.store import sites
from hub.store.database import Tx
from hub.store.templates import TemplateRow
from hub.values.gateway import GatewayProfile


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One template, read and checked, for one gateway.

    `fallbacks` are the gateways that follow in its route. `display_ok` says that the text shows
    what advertising must show, as things are set up now.
    """

    row: TemplateRow
    template: Template
    message_class: str
    gateway_id: int
    fallbacks: tuple[int, ...]
    profile: GatewayProfile
    sender_name: str
    sender_page: str
    link_url: str
    display_ok: bool
    not_before: datetime | None
    not_after: datetime | None

    @property
    def promotional(self) -> bool:
        """Whether it advertises."""
        return advertises(self.message_class)

    @property
    def has_link(self) -> bool:
        """Whether each text carries a link of its own: to opt out, or one that is counted."""
        return OPT_OUT_URL in self.template.fields or bool(self.template.links)

    def tracked_urls(self, token: str) -> dict[str, str]:
        """Give the addresses of a text's counted links, by the name of their place."""
        return {
            link.name: f"{self.link_url}/l/{tracked.derive(token, place)}"
            for place, link in enumerate(self.template.links)
        }

    def opt_out_url(self, token: str) -> str:
        """Give the address behind which the recipient can stop messages."""
        return f"{self.link_url}/o/{token}"


def plan(
    tx: Tx,
    connections: Connections,
    *,
    template_key: str,
    gateway_id: int | None,
    sender: Sender,
    link_url: str,
    known: Collection[str],
    not_before: datetime | None,
    not_after: datetime | None,
    site_id: int | None = None,
) -> Plan:
    """Read and check what a send needs.

    `known` are the fields that recipients have values for; `site_id` is the site that sends, whose
    own sender page is then named. `gateway_id` None leaves the gateway to the routes. Raises
    ConfigError: `template`, `purpose`, `route` where none leads anywhere, `body` for a field these
    recipients do not have, or what the gateway lacks.
    """
    row = library.find(tx, template_key)
    template = parse(row.body)
    check_fields(template, known)
    purpose = library.purpose_of(tx, row.purpose_key)
    way = routes.way(tx, connections, row, gateway_id, site_id)
    promotional = advertises(purpose.message_class)
    return Plan(
        row=row,
        template=template,
        message_class=purpose.message_class,
        gateway_id=way[0],
        fallbacks=way[1:],
        profile=connections.profile(way[0]),
        sender_name=sender.name,
        sender_page=_sender_page(tx, link_url, site_id),
        link_url=link_url,
        display_ok=not (promotional and lint(template, sender)),
        not_before=not_before,
        not_after=not_after,
    )


def _sender_page(tx: Tx, link_url: str, site_id: int | None) -> str:
    site = None if site_id is None else sites.by_id(tx, site_id)
    return f"{link_url}/s/{site.key}" if site else f"{link_url}/s"
