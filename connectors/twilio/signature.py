"""Who called us: Twilio's signature over address and fields (twilio.com/docs/usage/security).

The key is the account's auth token. What is signed is the address that Twilio called, with its
query, followed by every field of the form, sorted, name and value with nothing between. A JSON body
is not in it; its SHA-256 is, in the query, as `bodySHA256`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

from hub.sdk import Inbound, RefusedInbound, SecretText

from .order import RETRIES

HEADER = "x-twilio-signature"
MOST_FIELDS = 500
_PORTS = {"https": 443, "http": 80}


def checked_fields(request: Inbound, tokens: Sequence[SecretText]) -> dict[str, str]:
    """Give the fields of a genuine request; RefusedInbound for any other.

    Of a name that stands more than once the first value is given. The address is the configured
    one, so a request that came by http, or by another host's name, does not pass.
    """
    told, body_in_query = _fields(request)
    signed = () if body_in_query else told
    given = request.headers.get(HEADER, "")
    if not _is_signed(request.url, signed, given, tokens):
        raise RefusedInbound(
            "bad_signature",
            "The callback's signature is wrong. Check the auth token of the connection, and that "
            "HUB_PUBLIC_URL is the very address Twilio calls.",
            "署名が正しくありません。接続のAuth Tokenと、HUB_PUBLIC_URLがTwilioの呼び出すURLと"
            "一致することを確認してください。",
        )
    fields: dict[str, str] = {}
    for name, value in told:
        fields.setdefault(name, value)
    return fields


def sign(url: str, fields: Iterable[tuple[str, str]], token: str) -> str:
    """Give the signature of a call. A repeated name counts once for each of its values."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    mac = hmac.new(token.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def addresses(url: str) -> tuple[str, ...]:
    """Give the ways in which Twilio may have written the address it called.

    It signs some calls with the port although it is the scheme's own, and others without (its
    libraries try both). What it does with the part behind `#` is not documented, so either counts.
    """
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition(":")[0]) if parts.port else parts
    port = parts.port or _PORTS.get(parts.scheme)
    forms = {url, urlunsplit(bare), urlunsplit(bare._replace(netloc=f"{bare.netloc}:{port}"))}
    return tuple(sorted(form + end for form in forms for end in ("", RETRIES)))


def _is_signed(
    url: str, fields: Sequence[tuple[str, str]], given: str, tokens: Sequence[SecretText]
) -> bool:
    wanted = [
        sign(address, fields, token.reveal()) for token in tokens for address in addresses(url)
    ]
    # All are compared, so that the time does not tell which was nearly right.
    return sum(hmac.compare_digest(each.encode(), given.encode()) for each in wanted) > 0


def _fields(request: Inbound) -> tuple[list[tuple[str, str]], bool]:
    hashes = parse_qs(urlsplit(request.url).query).get("bodySHA256")
    try:
        text = request.body.decode()
        if hashes is None:
            return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS), False
        digest = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(digest.encode(), hashes[0].lower().encode()):
            raise _malformed("bad_signature", 401)
        body = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise _malformed("malformed", 400) from exc
    if not isinstance(body, Mapping):
        raise _malformed("malformed", 400)
    return [(name, value) for name, value in body.items() if isinstance(value, str)], True


def _malformed(reason: str, status: int) -> RefusedInbound:
    return RefusedInbound(
        reason,
        "The callback cannot be read as one of Twilio's. Check which address Twilio calls, and "
        "that its method is POST.",
        "Twilioの通知として読めません。Twilioに設定したURLと、メソッドがPOSTであることを"
        "確認してください。",
        status=status,
    )
