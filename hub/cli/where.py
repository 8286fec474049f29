"""`--where ATTRIBUTE=VALUE` on the command line: which of a connection's records are meant."""

from collections.abc import Sequence

from hub.cli.output import usage
from hub.store.connections import ConnectionRow


def conditions(row: ConnectionRow, where: Sequence[str]) -> dict[str, list[str]]:
    """Read `attribute=value` words: for each attribute the values that count.

    Ends the command with 2 for a word without `=`, with an attribute the mapping does not give.
    """
    known = sorted(row.mapping.attributes) if row.mapping else []
    chosen: dict[str, list[str]] = {}
    for text in where:
        key, equals, value = text.partition("=")
        if not (equals and value) or key not in known:
            listed = ", ".join(known) or "-"
            raise usage(
                f"--where: 属性=値 の形で書いてください。{row.name}の属性: {listed}",
                f"--where: write ATTRIBUTE=VALUE. The attributes of {row.name} are: {listed}",
            )
        chosen.setdefault(key, []).append(value)
    return chosen
