"""A stand-in for Twilio's messaging API that calls back with real signatures."""

from .server import TwilioSandbox

__all__ = ["TwilioSandbox"]
