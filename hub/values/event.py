"""Things that happened in a platform, and the requests that tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.values.ref import Ref


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A request from outside, exactly as it came in.

    `tail` is what follows this connection's callback address (kintone's secret, for one).
    `headers` are lower-case. `url` is the public address that was called, built from the
    configured one and never from the Host header. `body` is raw: signatures are over bytes.
    `address` is the caller's IP address as the hub sees it (behind a proxy by HUB_PROXY_HOPS), or
    None where it is not known.
    """

    method: str
    tail: str = field(repr=False)
    url: str = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The body a platform wants to see before it believes that its request was taken."""

    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one record.

    `id` is the platform's own id of the notice: the same id twice is one event. `type` is a short
    code such as `record_added`. An event is a hint: the hub reads the record again through the
    API before it acts, so a forged one can cause a read and nothing else.
    """

    id: str
    type: str
    ref: Ref | None = None
    at: datetime | None = None
    version: str | None = None
