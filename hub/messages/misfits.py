"""Which characters keep texts from going by a gateway, where they stand, and for how many. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.messages.characters import unsupported
from hub.messages.templates import Field, Template
from hub.values.gateway import GatewayProfile
from hub.values.words import Words

EXAMPLES = 3
"""People named for each character; the rest are counted."""


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A character that cannot go, and where it comes from.

    `place` is the merge field that brought it, None where the template's own text holds it.
    `suggestion` is as in `BadCharacter`.
    """

    char: str = field(repr=False)
    place: str | None
    suggestion: str | None = field(repr=False)

    def words(self) -> Words:
        """Give the sentence: which, where, and what to write in its place.

        It shows one character and never the name it is part of.
        """
        char, shown = visible(self.char), self.suggestion
        ja = f"差し込み項目「{self.place}」" if self.place else "本文"
        en = f"the field {self.place}" if self.place else "the text"
        if shown is None:
            do_ja, do_en = "かなで書いてください。", "Write it in kana."
        elif not shown:
            do_ja, do_en = "削除してください。", "Leave it out."
        else:
            do_ja, do_en = f"「{shown}」なら送れます。", f'"{shown}" can.'
        return Words(
            ja=f"{ja}の「{char}」はゲートウェイで送れません。{do_ja}",
            en=f'"{char}" in {en} cannot be carried by the gateway. {do_en}',
        )


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many texts a character keeps from going, and the links of the first few people."""

    misfit: Misfit
    people: int
    links: tuple[int, ...]


def find_misfits(
    template: Template, values: Mapping[str, str], profile: GatewayProfile
) -> tuple[Misfit, ...]:
    """Give what cannot go of a text, each character once for every place it comes from.

    A field without a value is passed over, so an empty mapping checks the template's own text.
    """
    text: list[str] = []
    owners: list[str | None] = []
    for part in template.parts:
        value = values.get(part.name, "") if isinstance(part, Field) else part
        text.append(value)
        owners += [part.name if isinstance(part, Field) else None] * len(value)
    found = unsupported("".join(text), profile)
    return tuple(
        dict.fromkeys(
            Misfit(char=each.char, place=owners[each.index], suggestion=each.suggestion)
            for each in found
        )
    )


def tally(found: Iterable[tuple[int, Sequence[Misfit]]]) -> list[Tally]:
    """Add up the misfits of many links; the most frequent first."""
    links: dict[Misfit, list[int]] = {}
    for link_id, misfits in found:
        for misfit in misfits:
            links.setdefault(misfit, []).append(link_id)
    return sorted(
        (
            Tally(misfit=misfit, people=len(ids), links=tuple(ids[:EXAMPLES]))
            for misfit, ids in links.items()
        ),
        key=lambda each: -each.people,
    )


def visible(character: str) -> str:
    """Give a character as it can be read: by its number where it shows nothing by itself."""
    if len(character) == 1 and (not character.isprintable() or character in _UNSEEN):
        return f"U+{ord(character):04X}"
    return character


_UNSEEN = frozenset("\ufe0e\ufe0f\u3099\u309a") | {chr(code) for code in range(0xE0100, 0xE01F0)}
