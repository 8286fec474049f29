"""What this company asks of a ground before it advertises."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.config import Config, FrequencyCap, QuietHours
from hub.consent.entry import Ground

SOURCE_MAX_AGE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules for promotional messages; other ones need a recorded, dated ground only.

    `quiet_hours` and `quiet_days` are in Japan time; None and empty: advertising always may leave.
    `caps` bound how many promotional SMS a number gets. `source_max_age` is how long ago the
    record behind a ground may have been read last. `promotional_grounds` is what counts as opt-in.

    `silent_months` holds for every class: so long without a delivery, and a ground must be
    renewed, since the number may be another's by now; 0: never.
    """

    min_strength: int = 3
    quiet_hours: QuietHours | None = None
    quiet_days: frozenset[str] = frozenset()
    caps: tuple[FrequencyCap, ...] = ()
    silent_months: int = 12
    source_max_age: timedelta = SOURCE_MAX_AGE
    promotional_grounds: frozenset[str] = frozenset({Ground.CONSENT, Ground.REQUEST})

    def counts_from(self, now: datetime) -> datetime | None:
        """Give since when promotional SMS count for the caps; None where there are none."""
        return now - max(cap.span for cap in self.caps) if self.caps else None


def policy_from(config: Config) -> Policy:
    """Give the policy that the environment sets."""
    return Policy(
        min_strength=config.min_strength,
        quiet_hours=config.quiet_hours,
        quiet_days=config.quiet_days,
        caps=config.frequency_caps,
        silent_months=config.number_silent_months,
    )
