"""The classes of messages and purposes, and what each asks for."""

from enum import StrEnum


class MessageClass(StrEnum):
    """What a purpose is about.

    Debt collection (督促) needs no more of a ground than any notice, and has hours of its own.
    """

    PROMOTIONAL = "promotional"
    TRANSACTIONAL = "transactional"
    DEBT_COLLECTION = "debt_collection"


_SERVICE = frozenset({MessageClass.TRANSACTIONAL, MessageClass.DEBT_COLLECTION})

SERVICE_CLASSES = tuple(sorted(str(each) for each in _SERVICE))
"""The classes that do not advertise."""


def advertises(message_class: str) -> bool:
    """Say whether a class counts as advertising: every one does that is not known not to."""
    return message_class not in _SERVICE


def collects_debts(message_class: str) -> bool:
    """Say whether a class is that of reminders to pay (督促)."""
    return message_class == MessageClass.DEBT_COLLECTION
