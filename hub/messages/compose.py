"""Composing one recipient's text, and saying why it cannot be sent as it is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.messages.misfits import Misfit, find_misfits
from hub.messages.segments import billed_units, carries, gateway_units, measure
from hub.messages.templates import (
    NAME,
    OPT_OUT_URL,
    SENDER_NAME,
    SENDER_PAGE,
    Template,
    render,
)
from hub.values.gateway import GatewayProfile


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A text that can go: with its SMS segments, its units as the gateway counts them, and what
    the gateway will charge for, as an estimate."""

    text: str = field(repr=False)
    segments: int
    units: int
    billed: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why one recipient gets no text: a code, the field or length it is about, or the characters.

    `misfits` are the characters the gateway cannot carry, with where they come from.
    """

    code: str
    about: str = field(default="", repr=False)
    misfits: tuple[Misfit, ...] = ()


def values_for(
    *,
    sender_name: str,
    sender_page: str,
    opt_out_url: str,
    name: str,
    attributes: Mapping[str, str],
) -> dict[str, str]:
    """Give the values of every field; the hub's own win over attributes of the same name."""
    ours = {
        NAME: name,
        SENDER_NAME: sender_name,
        SENDER_PAGE: sender_page,
        OPT_OUT_URL: opt_out_url,
    }
    return {**attributes, **ours}


def compose(
    template: Template, values: Mapping[str, str], profile: GatewayProfile
) -> Composed | Problem:
    """Put a recipient's values in and check the text against what the gateway carries.

    A value that is missing, a character the gateway has not (names bring 髙 and 𠮷 with them) and
    a text that is too long concern this recipient alone. Nothing is replaced or cut silently.
    """
    try:
        text = render(template, values)
    except KeyError as exc:
        return Problem(code="merge_field_empty", about=str(exc.args[0]))
    if not carries(text, profile):
        misfits = find_misfits(template, values, profile)
        return Problem(code="unsupported_character", misfits=misfits)
    units = gateway_units(text, profile)
    if units > profile.max_units:
        return Problem(code="too_long", about=str(units))
    segments = measure(text, profile.reference_bits).segments
    billed = billed_units(text, profile, segments)
    return Composed(text=text, segments=segments, units=units, billed=billed)
