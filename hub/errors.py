"""Errors, ordered by what must happen next.

A plugin raises one of the four kinds a caller can act on. Anything else that leaves a plugin is a
`PluginBug` of that connection alone. No error carries a secret, a number, a text or a response
body: the sentences are shown to people and written to logs.
"""

from collections.abc import Iterable

from hub.values.problem import Problem
from hub.values.ref import Ref
from hub.values.words import Words


class HubError(Exception):
    """Anything the hub tells people: what happened and where, and what to do next, ja and en."""

    def __init__(self, en: str, ja: str | None = None) -> None:
        super().__init__(en)
        self.words = Words(ja=ja or en, en=en)


class TransientError(HubError):
    """Try again later.

    `retry_after` is in seconds where the platform said so. `maybe_done` is True where the request
    may have taken effect although no answer came.
    """

    def __init__(
        self,
        en: str,
        ja: str | None = None,
        *,
        retry_after: float | None = None,
        maybe_done: bool = False,
    ) -> None:
        super().__init__(en, ja)
        self.retry_after = retry_after
        self.maybe_done = maybe_done


class AuthError(HubError):
    """The platform refused our credentials: sign in again. The hub parks the connection."""


class ConfigError(HubError):
    """A setting must be changed; `key` names it (`app`, `mapping.consent`)."""

    def __init__(self, key: str, en: str, ja: str | None = None) -> None:
        super().__init__(en, ja)
        self.key = key

    @property
    def keys(self) -> tuple[str, ...]:
        """Give the keys of all settings that must be changed."""
        return (self.key,)

    @property
    def lines(self) -> tuple[Words, ...]:
        """Give one sentence for each setting that must be changed."""
        return (self.words,)


class SettingsError(ConfigError):
    """Several settings must be changed, and all of them are told at once.

    `problems` has one entry a key; the error's own words have one line for each. `where` stands
    before each key (`connections.crm`).
    """

    def __init__(self, where: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        self._lines = tuple(problem.sentence(where) for problem in self.problems)
        super().__init__(
            self.problems[0].key,
            "\n".join(line.en for line in self._lines),
            "\n".join(line.ja for line in self._lines),
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Give the keys of all settings that must be changed."""
        return tuple(problem.key for problem in self.problems)

    @property
    def lines(self) -> tuple[Words, ...]:
        """Give one sentence for each setting that must be changed."""
        return self._lines


class RecordError(HubError):
    """One record cannot be used; the others can."""

    def __init__(self, ref: Ref, reason: str, en: str, ja: str | None = None) -> None:
        super().__init__(en, ja)
        self.ref = ref
        self.reason = reason


class RefusedInbound(HubError):
    """A request from outside that is not to be believed: wrong secret, stale, malformed.

    `status` is the HTTP status it is answered with. `reason` is a short code that is counted.
    Outside traffic never changes a connection's state: a stranger must not be able to park it.
    """

    def __init__(self, reason: str, en: str, ja: str | None = None, *, status: int = 401) -> None:
        super().__init__(en, ja)
        self.reason = reason
        self.status = status


class PluginBug(HubError):
    """A plugin raised what it must not, hung, or returned something else than it promised."""
