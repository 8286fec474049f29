"""How much the dispatcher takes on at once, and how long it waits."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Sizes in messages, times in seconds.

    `claim` is the most a worker reserves at once, `window` how many posts are on their way at a
    time, `record_every` after how many answers they are written down (a crash leaves at most
    these and the posts on their way unknown). `post` is how long one post may take before its
    outcome counts as unknown. `lease` is for how long a marked message belongs to its worker; a
    worker may begin a post only in the first third of it, so that an answer in time is always
    recorded within the lease. `hold` is the same for a message that is claimed and not marked yet:
    shorter, since nothing is in doubt where it ends, and a send whose worker died soon goes on.
    `hung` is how many posts may be lost before the drain ends.
    """

    claim: int = 200
    window: int = 32
    record_every: int = 20
    post: float = 30.0
    lease: float = 60.0
    hold: float = 25.0
    hung: int = 8
    faults: int = 3
    """After how many answers in a row that are none the gateway is parked as broken."""
