"""Every table of the hub, a module for each area.

Columns ending in `_enc` hold AES-GCM ciphertext (`hub.store.cipher`); a number is found through
its keyed index only. Times are UTC.
"""

from hub.store.tables import (
    access,
    api,
    connections,
    consent,
    erasure,
    events,
    forms,
    messages,
    optouts,
    people,
)
from hub.store.tables.base import metadata

__all__ = [
    "access",
    "api",
    "connections",
    "consent",
    "erasure",
    "events",
    "forms",
    "messages",
    "metadata",
    "optouts",
    "people",
]
