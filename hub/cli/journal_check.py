"""What `hub doctor` says of the opt-out journal."""

from hub.cli.finding import Finding, ok, warn
from hub.cli.output import when
from hub.factory import Hub
from hub.optout.journal import behind_since, path_of
from hub.values.words import Words


def look(hub: Hub) -> Finding:
    """Give the finding: whether the journal has every opt-out of the store."""
    path = path_of(hub.config)
    with hub.database.read() as tx:
        behind = behind_since(tx)
    if behind is None:
        return ok("journal", f"{path} に配信停止を控えています", f"opt-outs are kept in {path} too")
    return warn(
        "journal",
        Words(
            f"{path} に書き込めず、{when(behind)}以降の配信停止が控えにありません。",
            f"{path} could not be written and lacks the opt-outs since {when(behind)}.",
        ),
        Words(
            "空き容量と権限を確認してください。hub run が自動で追記します。",
            "Check its folder and the room there; hub run then brings it forward by itself.",
        ),
    )
