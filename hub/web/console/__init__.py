"""The console: pages for administrators, by server-side session."""

from flask import Blueprint

from hub.factory import Hub
from hub.web.console import (
    account_pages,
    allow_pages,
    collection_pages,
    connection_pages,
    exclusion_acts,
    exclusion_files,
    exclusion_pages,
    home_page,
    key_pages,
    message_pages,
    opt_out_page,
    people_pages,
    sign_in_pages,
    stock_pages,
    tools,
    user_pages,
)


def blueprint(hub: Hub) -> Blueprint:
    """Give the console for one hub."""
    pages = Blueprint(
        "console",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    pages.context_processor(lambda: tools.for_templates(hub))
    sign_in_pages.add(pages, hub)
    account_pages.add(pages, hub)
    user_pages.add(pages, hub)
    allow_pages.add(pages, hub)
    key_pages.add(pages, hub)
    home_page.add(pages, hub)
    connection_pages.add(pages, hub)
    people_pages.add(pages, hub)
    message_pages.add(pages, hub)
    opt_out_page.add(pages, hub)
    exclusion_pages.add(pages, hub)
    exclusion_acts.add(pages, hub)
    exclusion_files.add(pages, hub)
    stock_pages.add(pages, hub)
    collection_pages.add(pages, hub)
    return pages
