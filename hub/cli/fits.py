"""How a template's text goes by each gateway: its length there, its price, and what it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.cli import language
from hub.cli.output import note, tell
from hub.cli.sample import sample_of
from hub.factory import Hub
from hub.messages.failover import usable
from hub.messages.misfits import Misfit, find_misfits, visible
from hub.messages.segments import billed_units, gateway_units
from hub.messages.templates import Template


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A template at one gateway: units of its sample in the gateway's own counting, the most it
    takes, what it charges for (an estimate), and characters of the text itself it cannot carry."""

    gateway: str
    units: int
    max_units: int
    billed_units: int
    misfits: Sequence[Misfit]


def fits(hub: Hub, template: Template) -> list[Fit]:
    """Try a template at every gateway in use; people's values are looked at in a dry run."""
    text = sample_of(hub, template)[0]
    names = {row.id: row.name for row in hub.connections.rows()}
    return [
        Fit(
            gateway=names[id_],
            units=gateway_units(text, profile),
            max_units=profile.max_units,
            billed_units=billed_units(text, profile),
            misfits=find_misfits(template, {}, profile),
        )
        for id_, profile in usable(hub.connections).items()
    ]


def show(found: Sequence[Fit]) -> None:
    """Print the length at each gateway."""
    for each in found:
        tell(
            f"{each.gateway}: {each.units}/{each.max_units}(ゲートウェイの数え方)、"
            f"課金単位の見込み {each.billed_units}",
            f"{each.gateway}: {each.units} of {each.max_units} as the gateway counts, "
            f"{each.billed_units} charged by estimate",
        )


def warn(found: Sequence[Fit]) -> None:
    """Say what would keep the text from going by a gateway. It can be stored: another may do."""
    for each in found:
        for misfit in each.misfits:
            words = misfit.words()
            note(f"{each.gateway}: {words.ja}", f"{each.gateway}: {words.en}")
        if each.units > each.max_units:
            note(
                f"{each.gateway}: 本文の例が上限を超えています。短くしてください。",
                f"{each.gateway}: the sample is over the limit. Shorten the text.",
            )


def values(found: Sequence[Fit]) -> list[dict[str, Any]]:
    """Give the same for `--json`."""
    return [
        {
            "gateway": each.gateway,
            "units": each.units,
            "max_units": each.max_units,
            "billed_units": each.billed_units,
            "characters": [
                {
                    "character": visible(misfit.char),
                    "suggestion": misfit.suggestion,
                    "words": misfit.words().in_(language()),
                }
                for misfit in each.misfits
            ],
        }
        for each in found
    ]
