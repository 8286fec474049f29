"""Which field of a platform holds what the hub needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FieldMapping:
    """The fields of one connection, by the platform's own field codes.

    `phone` is the only one without which nothing can be read. A connection without `consent`
    may still receive opt-outs and trigger service messages; its records are no ground for
    advertising. `consent_yes` and `opt_out_value` are exact labels: everything else is no.
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
    attributes: Mapping[str, str] = field(default_factory=dict)

    def codes(self) -> frozenset[str]:
        """Give every field code the mapping names."""
        singles = (
            self.phone,
            self.name,
            self.consent,
            self.consent_at,
            self.consent_until,
            self.consent_wording,
            self.consent_method,
            self.consent_form,
            self.opt_out,
            self.opt_out_at,
            self.site,
        )
        return frozenset([code for code in singles if code] + list(self.attributes.values()))


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
