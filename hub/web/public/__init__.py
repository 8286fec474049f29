"""Pages for people who got an SMS: no sign-in, no script, no cookie, nothing from elsewhere."""

from hub.web.public.optout import blueprint

__all__ = ["blueprint"]
