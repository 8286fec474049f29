"""Logging of every hub process: to stderr, one line each, with numbers masked."""

import logging
import os
import re
import sys

_NUMBER = re.compile(r"(?<!\d)(?:\+?81[-\s]?|0)[5-9]0[-\s]?\d{4}[-\s]?(\d{4})(?!\d)")


class MaskNumbers(logging.Formatter):
    """Formats a record and masks whatever looks like a Japanese mobile number in it.

    Nothing of ours logs a number; this is for what libraries put into their messages.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the record's line."""
        return _NUMBER.sub(r"***\1", super().format(record))


def set_up(process: str) -> None:
    """Log to stderr from now on, each line with the time and the process's name.

    `HUB_LOG_LEVEL` (DEBUG, INFO, WARNING, ERROR) says how much; without it, or with another word,
    warnings and what the hub itself reports.
    """
    level = logging.getLevelNamesMapping().get(
        os.environ.get("HUB_LOG_LEVEL", "").upper(), logging.WARNING
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        MaskNumbers(f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s", "%H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("hub").setLevel(min(level, logging.INFO))
