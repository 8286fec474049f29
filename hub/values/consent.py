"""Consents on their way back to a platform's records."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.values.ref import Ref


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One record whose person agreed elsewhere: on the hub's form, or through its API.

    `id` stays the same over all tries, so writing twice is harmless. `at` (UTC) is when the person
    agreed, `until` when that ends. `purpose` is what the record's consent field stands for by its
    mapping. `wording` is the text they agreed to, `method` how (`double_opt_in_sms`, `checkbox`,
    …), `form_url` where. None means that nobody knows. Since spec 1.0.
    """

    id: str
    ref: Ref
    purpose: str
    at: datetime
    method: str
    until: datetime | None = None
    wording: str | None = field(default=None, repr=False)
    form_url: str | None = None
