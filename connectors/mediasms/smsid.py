"""The `smsid`: the hub's own key for an SMS, written with letters and digits alone. Pure.

The vendor publishes neither its length nor its characters. The hub's keys are 32 hexadecimal
digits and stay as they are; any other key is written in hexadecimal behind an `x`, so that
each key has one `smsid` and comes back whole from a result.
"""

PROBE = "check"
"""What a sign-in is tried with: no key of the hub reads so, and nothing is ever sent under it."""

_WRITTEN = "x"


def smsid_of(key: str, prefix: str) -> str:
    """Give the `smsid` under which the SMS with this key is sent; the same for every try."""
    plain = key.isascii() and key.isalnum() and not key.startswith(_WRITTEN) and key != PROBE
    return prefix + (key if plain else _WRITTEN + key.encode().hex())


def key_of(smsid: str, prefix: str) -> str | None:
    """Give the key of an `smsid`; None for one that is not of this connection."""
    if not smsid.startswith(prefix):
        return None
    rest = smsid.removeprefix(prefix)
    if not (rest.isascii() and rest.isalnum()):
        return None
    if not rest.startswith(_WRITTEN):
        return rest
    try:
        key = bytes.fromhex(rest.removeprefix(_WRITTEN)).decode()
    except ValueError:
        return None
    return key if key and key.isprintable() else None
