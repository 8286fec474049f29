"""Which field of a platform holds what the hub needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

_CODES = (
    "phone",
    "name",
    "consent",
    "consent_at",
    "consent_until",
    "consent_wording",
    "consent_method",
    "consent_form",
    "opt_out",
    "opt_out_at",
    "site",
    "number_choice",
)
"""The keys that name a field; the others name values, or the purpose."""


@dataclass(frozen=True, kw_only=True)
class FieldMapping:
    """The fields of one connection, by the platform's own field codes.

    `phone` is the only one without which nothing can be read. A connection without `consent`
    may still receive opt-outs and trigger service messages; its records are no ground for
    advertising. `consent_yes` and `opt_out_value` are exact labels: everything else is no.
    `number_choice` is the field of a record that says which of its person's numbers is meant,
    where a platform has such records (a ticket of Zendesk's).
    `objects` has a whole mapping for each object of the platform that names its fields otherwise.
    """

    phone: str
    name: str | None = None
    consent: str | None = None
    consent_yes: Sequence[str] = ()
    consent_at: str | None = None
    consent_until: str | None = None
    consent_wording: str | None = None
    consent_method: str | None = None
    consent_form: str | None = None
    opt_out: str | None = None
    opt_out_value: Sequence[str] = ()
    opt_out_at: str | None = None
    site: str | None = None
    purpose: str | None = None
    number_choice: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, "FieldMapping"] = field(default_factory=dict)

    def of(self, object_: str) -> "FieldMapping":
        """Give the mapping of one object's records: its own, or the one that is for all."""
        own = self.objects.get(object_)
        if own is not None:
            return own
        return replace(self, objects={}) if self.objects else self

    def named(self) -> dict[str, str]:
        """Give every field code by the key that names it: `phone`, `attributes.store`."""
        codes = {key: getattr(self, key) for key in _CODES}
        codes |= {f"attributes.{name}": code for name, code in self.attributes.items()}
        return {key: code for key, code in codes.items() if code}

    def codes(self) -> frozenset[str]:
        """Give every field code the mapping names, for whatever object."""
        found = set(self.named().values())
        return frozenset(found.union(*(each.codes() for each in self.objects.values())))


@dataclass(frozen=True, kw_only=True)
class SourceField:
    """A field a platform offers for mapping.

    `kind` is one of text, phone, choice, checkbox, date, datetime, number, other.
    `options` are the exact labels of a choice. `preticked` are options that a new form starts
    with: agreement through a box that was ticked already is hard to defend (consumer-agency
    guideline on consent screens), so the hub says so before such a field is mapped.
    """

    code: str
    label: str
    kind: str
    options: Sequence[str] = ()
    preticked: Sequence[str] = ()
    writable: bool = True
    required: bool = False
