"""The console's double: takes SMS as MediaSMS-CONSOLE does and posts their results."""

from .server import MediaSandbox

__all__ = ["MediaSandbox"]
