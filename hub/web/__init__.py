"""The web application: console, opt-out page, webhooks, health. Made by `create_app`."""

from hub.web.app import create_app

__all__ = ["create_app"]
