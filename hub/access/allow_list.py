"""From which addresses administrators, operators and API keys may come.

Three lists of networks; one without networks allows every address. Public pages (opt-out, forms,
sender, webhooks) ask no list. The address is the one the configured proxies vouch for and no other
(`HUB_PROXY_HOPS`; OWASP ASVS 5.0.0, 4.1.3).
"""

import ipaddress
from collections.abc import Mapping, Sequence

from hub.access.by import By
from hub.errors import ConfigError
from hub.store import allowed
from hub.store.database import Tx
from hub.values.words import Words

API = "api"
LISTS: Mapping[str, Words] = {
    "administrator": Words("管理者", "Administrators"),
    "operator": Words("オペレータ", "Operators"),
    API: Words("API", "API"),
}
MOST = 200
"""Networks in one list."""


def networks(tx: Tx, who: str) -> list[str]:
    """Give a list's networks as CIDR; none where every address is allowed."""
    return allowed.networks(tx, who)


def lets_in(tx: Tx, who: str, address: str | None) -> bool:
    """Say whether somebody may come from this address."""
    return allows(allowed.networks(tx, who), address)


def lets_anybody_in(tx: Tx, address: str | None) -> bool:
    """Say whether the sign-in page may be seen: by whom any role may come from here."""
    return any(lets_in(tx, who, address) for who in LISTS if who != API)


def allows(networks_: Sequence[str], address: str | None) -> bool:
    """Say whether an address is in one of these networks; any is where there are none.

    An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
    """
    if not networks_:
        return True
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(each) for each in networks_)


def put(tx: Tx, who: str, typed: Sequence[str], by: By, *, keep: str | None = None) -> list[str]:
    """Let a list hold these networks; give them as they are kept.

    `keep` is an address that must stay inside, that of whoever saves. Raises ConfigError
    (`network`) where something is no network, or that address would be outside.
    """
    wanted = list(dict.fromkeys(network(each) for each in typed if each.strip()))
    if len(wanted) > MOST:
        raise ConfigError(
            "network",
            f"network: {MOST} networks at most. Write larger ones.",
            f"network: ネットワークは{MOST}個までです。範囲をまとめてください。",
        )
    if keep is not None and not allows(wanted, keep):
        raise ConfigError(
            "network",
            "network: the address you come from now is not in this list, so you would be locked "
            "out. Add it, or change the list with hub allow-list.",
            "network: いま接続しているアドレスが含まれていないため、締め出されてしまいます。"
            "追加するか、hub allow-list で変更してください。",
        )
    before = allowed.networks(tx, who)
    allowed.put(tx, who, wanted, by.actor, by.at)
    changed = {
        "added": sorted(set(wanted) - set(before)),
        "removed": sorted(set(before) - set(wanted)),
    }
    by.note(tx, "allow_list.changed", f"allow_list:{who}", changed)
    return wanted


def network(text: str) -> str:
    """Give a network in its one spelling. Raises ConfigError(`network`) where it is none.

    A single address is a network of one; an IPv4 one written as IPv6 becomes IPv4.
    """
    try:
        found = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ConfigError(
            "network",
            "network: write an address or a network, such as 203.0.113.0/24 or 2001:db8::/32.",
            "network: 203.0.113.0/24 や 2001:db8::/32 のように書いてください。",
        ) from None
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is not None and found.prefixlen >= 96:
        found = ipaddress.ip_network(f"{mapped}/{found.prefixlen - 96}")
    return str(found)
