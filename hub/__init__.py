"""The SMS Connector Hub: texts the people in your CRM who agreed, and nobody who said stop."""

__version__ = "0.1.0"
