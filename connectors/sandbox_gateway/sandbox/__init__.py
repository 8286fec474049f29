"""The gateway's double: takes SMS like a gateway and shows each on its recipient's phone."""

from .server import PhoneSandbox

__all__ = ["PhoneSandbox"]
