"""What a run has done so far, and how it ended."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.contacts.verdict import Verdict
from hub.values.page import Skipped
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Counts of a run. Each record read is either kept or skipped, for one reason.

    `kept` are records that give a proven consent. `skipped` counts all others by verdict
    (`silent`, `opted_out`, …), by why the number is none (`landline`, …), or by the plugin's own
    reason. `changed` are records whose standing was not what it had been.
    """

    read: int = 0
    kept: int = 0
    changed: int = 0
    skipped: Mapping[str, int]

    def plus(
        self, verdicts: Mapping[str, int], changed: int, skipped: Iterable[Skipped]
    ) -> "Progress":
        """Give the counts with one more page."""
        reasons = Counter(self.skipped)
        reasons.update(each.reason for each in skipped)
        reasons.update({key: n for key, n in verdicts.items() if key != Verdict.CONSENTED})
        kept = self.kept + verdicts.get(Verdict.CONSENTED, 0)
        return Progress(
            read=kept + sum(reasons.values()),
            kept=kept,
            changed=self.changed + changed,
            skipped=dict(reasons),
        )


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """How a run ended.

    `state`: `done`; `stopped` (goes on where it ended: a deadline, or a platform that asked to
    wait `retry_after` seconds); `failed` (somebody has to act, `words` say what); `busy` (another
    run is at work); `unusable` (the connection is disabled, parked or broken).
    """

    state: str
    progress: Progress
    words: Words
    kind: str = "changed"
    run_id: int | None = None
    retry_after: float | None = None
