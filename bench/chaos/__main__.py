"""`python -m bench.chaos`: see `--help`."""

import argparse
import signal
import sys
import time

from .run import Plan, run


def main() -> int:
    """Run and tell; 1 where a history breaks a rule."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.chaos", description="A send under a storm, checked afterwards."
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument(
        "--gateway",
        choices=["key", "none"],
        default="key",
        help="key: what is posted again arrives once; none: the hub must never post again",
    )
    parser.add_argument("--seconds", type=float, default=150.0, help="how long the send lasts")
    parser.add_argument("--disturbances", type=int, default=40, help="at most so many")
    parser.add_argument(
        "--hurry", action="store_true", help="let a fast clock end leases instead of waiting"
    )
    wanted = parser.parse_args()
    # So that what was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {line}", flush=True)

    say(f"seed {wanted.seed}, {wanted.database}, gateway with idempotency: {wanted.gateway}")
    outcome = run(
        Plan(
            seed=wanted.seed,
            messages=wanted.messages,
            database=wanted.database,
            by_key=wanted.gateway == "key",
            seconds=wanted.seconds,
            disturbances=wanted.disturbances,
            wait=not wanted.hurry,
        ),
        say,
    )
    for line in outcome.lines():
        say(line)
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
