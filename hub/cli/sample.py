"""A template as its reader would see it, with the names of fields where values would stand."""

from hub.factory import Hub
from hub.messages.library import find
from hub.messages.segments import Length, measure
from hub.messages.templates import (
    OPT_OUT_URL,
    SENDER_NAME,
    SENDER_PAGE,
    Template,
    parse,
    render,
)

_TOKEN = "x" * 12


def sample(hub: Hub, template_key: str) -> tuple[str, Length]:
    """Give the sample and its length. It holds no person's values: terminals are logged, too."""
    with hub.database.read() as tx:
        row = find(tx, template_key)
    return sample_of(hub, parse(row.body))


def sample_of(hub: Hub, template: Template) -> tuple[str, Length]:
    """Give the sample of a template that is not stored; links have their real length in it."""
    values = {name: f"〈{name}〉" for name in template.fields}
    values |= {link.name: f"{hub.config.link_url}/l/{_TOKEN}" for link in template.links}
    values[OPT_OUT_URL] = f"{hub.config.link_url}/o/{_TOKEN}"
    values[SENDER_PAGE] = f"{hub.config.link_url}/s"
    if hub.sender.name:
        values[SENDER_NAME] = hub.sender.name
    text = render(template, values)
    return text, measure(text)
