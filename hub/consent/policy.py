"""What this company asks of a ground before it advertises."""

from dataclasses import dataclass
from datetime import timedelta

from hub.config import Config, QuietHours
from hub.consent.entry import Ground

SOURCE_MAX_AGE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules for promotional messages; transactional ones need a recorded ground only.

    `quiet_hours` is in Japan time; None: no quiet hours. `source_max_age` is how long ago the
    record behind a ground may have been read last. `promotional_grounds` is what counts as opt-in.
    """

    min_strength: int = 3
    quiet_hours: QuietHours | None = None
    source_max_age: timedelta = SOURCE_MAX_AGE
    promotional_grounds: frozenset[str] = frozenset({Ground.CONSENT, Ground.REQUEST})


def policy_from(config: Config) -> Policy:
    """Give the policy that the environment sets."""
    return Policy(min_strength=config.min_strength, quiet_hours=config.quiet_hours)
