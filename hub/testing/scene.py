"""What one platform's sandbox brings to the demo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.values.ref import Ref


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happens in the platform and makes an SMS leave."""

    connection: str
    event_type: str
    label: str
    text: str
    """What the SMS says, as a template; `{{name}}` and the mapped attributes may be used."""
    make: Callable[[], Ref]
    """Let it happen; gives the record it is about."""
    noted: Callable[[Ref], Sequence[str]]
    """What the hub has noted on that record, as people read it in the platform."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One platform's part: the connections it provisions, an event, and a look at its records.

    `connections` holds, by name, `label`, the settings and `mapping`, as plugins.toml would.
    `people` is the connection that vouches for people, `lone_tick` what its records with a bare
    tick box have in common (`attribute`, `value`), `listen` gets each connection's callback
    address, `opted_out` says whether a record shows an opt-out now.
    """

    plugin: str
    connections: Mapping[str, Mapping[str, Any]]
    people: str
    listen: Callable[[Mapping[str, str]], None]
    happening: Happening | None
    opted_out: Callable[[Ref], bool]
    shows: Callable[[Ref], str]
    """The record's opt-out fields as an admin sees them in the platform."""
