"""What a benchmark reports: a figure of ours beside a baseline's from the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Two figures in the same `unit` (rows/s, ms, MB) and what their quotient is held to.

    `at_least` and `at_most` bound ours / baseline; without one the ratio is only shown.
    """

    name: str
    ours: float
    baseline: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def value(self) -> float:
        """Ours over the baseline. Raises ZeroDivisionError where the baseline did nothing."""
        return self.ours / self.baseline

    @property
    def kept(self) -> bool:
        """Whether the ratio is inside of its bounds."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    def line(self) -> str:
        """One line for people."""
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (("at least", self.at_least), ("at most", self.at_most))
            if bound is not None
        ]
        verdict = "" if self.kept else "  <- out of bounds"
        held_to = f" ({', '.join(bounds)})" if bounds else ""
        return (
            f"  {self.name}: {self.ours:,.1f} against {self.baseline:,.1f} {self.unit}"
            f" = {self.value:.2f}x{held_to}{verdict}"
        )
