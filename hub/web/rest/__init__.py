"""The REST API at `/api/v1`: JSON in, JSON out, described by OpenAPI 3.1.

Programs sign in with an API key (`Authorization: Bearer hub_…`). Errors are problem details
(RFC 9457); what is wrong with a body is told field by field, by JSON pointer (RFC 6901).
"""

from flask import Flask

from hub.factory import Hub
from hub.web.rest import consents, withdrawals
from hub.web.rest.api import PREFIX, describe
from hub.web.rest.door import Door
from hub.web.rest.problem import answer as problem

__all__ = ["PREFIX", "problem", "register"]


def register(app: Flask, hub: Hub) -> None:
    """Add the API of one hub to the application."""
    door = Door(hub)
    describe(app, [consents.pages(hub, door), withdrawals.pages(hub, door)])
