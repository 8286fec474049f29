"""What `hub doctor` says of the heads that are kept outside the store."""

from hub.cli.finding import Finding, bad, ok, warn
from hub.cli.ledger import CHAINS, TROUBLES
from hub.consent import heads
from hub.consent.heads import HARD, Found, Trouble
from hub.factory import Hub
from hub.values.words import Words


def look(hub: Hub) -> list[Finding]:
    """Give a finding for each place."""
    with hub.database.read() as tx:
        return [_finding(each) for each in heads.look(tx, hub.config, hub.clock())]


def _finding(found: Found) -> Finding:
    if not found.troubles:
        newest = [(CHAINS[chain], kept.seq) for chain, kept in found.newest.items()]
        if not newest:
            return ok("heads", "まだ控えるものはありません", "nothing to keep yet")
        ja = "、".join(f"{words.ja} {seq}" for words, seq in newest)
        en = ", ".join(f"{words.en} {seq}" for words, seq in newest)
        return ok("heads", f"{found.path} に控え済み: {ja}", f"kept in {found.path}: {en}")
    worst = max(found.troubles, key=list(Trouble).index)
    words, todo = TROUBLES[worst]
    told = Words(f"{found.path}: {words.ja}", f"{found.path}: {words.en}")
    return bad("heads", told, todo) if worst in HARD else warn("heads", told, todo)
