"""Where opt-outs of each object go: the record, its Individual, the consent rows beside it."""

from collections.abc import Sequence

from hub.sdk import FieldMapping

from . import consentcode
from .consentcode import INDIVIDUAL, ConsentCode


class Places:
    """What one mapping says about writing opt-outs to each of the connection's objects."""

    def __init__(self, mapping: FieldMapping, objects: Sequence[str]) -> None:
        self.mapping = mapping
        self.objects = tuple(objects)

    @property
    def code(self) -> ConsentCode | None:
        """The consent object opt-outs are written to; None where they go to fields alone."""
        return consentcode.named(self.mapping, self.objects)

    @property
    def dates(self) -> frozenset[tuple[str, str]]:
        """The fields for the date of an opt-out, each with the object it is a field of."""
        found = set()
        for name in self.objects:
            code = self.mapping.of(name).opt_out_at
            if code:
                of_individual = code.startswith(f"{INDIVIDUAL}.")
                found.add((INDIVIDUAL if of_individual else name, code.rpartition(".")[2]))
        return frozenset(found)

    def joins(self, object_: str) -> bool:
        """Say whether opt-outs of this object are written to the consent object."""
        return consentcode.of(self.mapping.of(object_)) is not None

    def needs_individual(self, object_: str) -> bool:
        """Say whether its Individual has to be known before anything is written."""
        own = self.mapping.of(object_)
        return self.joins(object_) or any(
            f"{code}".startswith(f"{INDIVIDUAL}.") for code in (own.opt_out, own.opt_out_at)
        )

    def read(self) -> FieldMapping:
        """Give what a push has to read: a broken consent field must not keep an opt-out back."""
        return _enough(self.mapping)


def _enough(mapping: FieldMapping) -> FieldMapping:
    in_rows = consentcode.parse(mapping.consent) is not None
    return FieldMapping(
        phone=mapping.phone if consentcode.of(mapping) else "Id",
        consent=mapping.consent if in_rows else None,
        consent_yes=mapping.consent_yes if in_rows else (),
        opt_out=mapping.opt_out,
        opt_out_value=mapping.opt_out_value,
        opt_out_at=mapping.opt_out_at,
        objects={name: _enough(own) for name, own in mapping.objects.items()},
    )
