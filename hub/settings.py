"""Settings of a connection: one class checks plugins.toml, REST input and the console's form."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from marshmallow import RAISE, Schema, ValidationError, fields


class SecretText:
    """A secret that does not show itself: not in repr, str, format or logs."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the secret, at the place where it is sent."""
        return self._text

    def __repr__(self) -> str:
        return "SecretText(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretText) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class Secret(fields.Field[SecretText]):
    """A setting that is typed once, kept encrypted and never shown again.

    In plugins.toml it is only a reference, `{ env = "…" }` or `{ file = "…" }`, which the hub
    resolves before the settings are loaded.
    """

    default_error_messages = {
        "reference": 'write { env = "NAME" } or { file = "path" }, never the secret itself',
        "empty": "is empty",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> SecretText:
        if isinstance(value, SecretText):
            return value
        if not isinstance(value, str):
            raise self.make_error("reference")
        if not value.strip():
            raise self.make_error("empty")
        return SecretText(value)

    def _serialize(
        self, value: SecretText | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> str | None:
        return None if value is None else value.reveal()


def is_loopback(url: str) -> bool:
    """Say whether an http(s) address points at this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _only_loopback(url: str) -> None:
    if not is_loopback(url):
        raise ValidationError(
            "is for development only and must be a loopback address such as http://localhost:8010"
        )


class Settings(Schema):
    """Base of every plugin's settings.

    Each field needs `metadata` with a `label` and a `help` sentence, as text or as `Words`.
    """

    class Meta:
        unknown = RAISE

    base_url = fields.String(
        load_default=None,
        allow_none=True,
        validate=_only_loopback,
        metadata={
            "label": "Base URL",
            "help": "For development: the address of a sandbox on this machine.",
            "development": True,
        },
    )
