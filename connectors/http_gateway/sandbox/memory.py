"""The SMS a vendor's double took; safe to use from several threads."""

from dataclasses import replace
from datetime import datetime
from threading import Lock

from .message import Fate, Message


class Memory:
    """SMS in the order they came."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._messages: dict[str, Message] = {}

    def add(self, message: Message, *, once: bool = False) -> bool:
        """Keep an SMS; with `once`, False where one of its tags was used before."""
        with self._lock:
            used = {tag for each in self._messages.values() for tag in each.tags}
            if once and used & set(message.tags):
                return False
            self._messages[message.id] = message
            return True

    def become(self, id_: str, fate: Fate, at: datetime) -> Message:
        """Let an SMS stand so from now on; one that arrived stays arrived."""
        with self._lock:
            message = replace(self._messages[id_], fate=fate, changed=at)
            if self._messages[id_].fate is not Fate.ARRIVED:
                self._messages[id_] = message
            return message

    def get(self, id_: str) -> Message | None:
        """Give the SMS with this id, None where there is none."""
        return self._messages.get(id_)

    def tagged(self, tag: str | None) -> list[Message]:
        """Give the SMS with this tag, or every SMS, oldest first."""
        with self._lock:
            every = list(self._messages.values())
        return every if tag is None else [each for each in every if tag in each.tags]
