"""What `hub doctor` looks at in one connection: sign-in, state, last pull, open pushes."""

from datetime import timedelta

from hub.cli.finding import Finding, bad, ok, warn
from hub.cli.output import age
from hub.errors import ConfigError, HubError
from hub.factory import Hub
from hub.optout import receipts
from hub.store.connections import ConnectionRow
from hub.values.connection import Usage
from hub.values.words import Words

PULL_LATE = timedelta(days=1)
PUSH_LATE = timedelta(hours=1)
_MOST = 1000


def visit(hub: Hub, row: ConnectionRow) -> list[Finding]:
    """Look at one connection. Signing in again brings a parked one back, where it succeeds."""
    about = f"connection {row.name}"
    if row.state == "unnamed":
        waiting = Words(
            "配信停止の反映は、記述が戻るまで待機します。",
            "Opt-outs for it wait until it is back.",
        )
        return [warn(about, row.reason, waiting), *_pushes(hub, row, about)]
    if not row.enabled:
        disabled = warn(
            about,
            row.reason if row.reason.en else Words("無効です。", "It is disabled."),
            Words(
                "配信停止の反映だけは続きます。不要なら削除してください。",
                "It still gets opt-outs. Remove it if it is not needed.",
            ),
        )
        return [disabled, *_pushes(hub, row, about)]
    findings = _signed_in(hub, row, about)
    if row.grounds_suspended_at is not None:
        findings.append(bad(about, row.reason, _READ_AGAIN))
    roles = hub.connections.roles(row)
    if "contact_source" in roles and row.mapping is not None:
        findings.append(_pulled(hub, row, about))
    if roles & {"event_trigger", "message_gateway"}:
        address = f"{hub.config.public_url}/in/{row.name}/"
        findings.append(
            ok(
                about,
                f"受信URL {address} (プラグインによっては末尾にキーを付けます)",
                f"is called at {address} (some plugins want a key behind it)",
            )
        )
    return findings + _pushes(hub, row, about)


_READ_AGAIN = Words(
    "直したあと、hub sync で読み込み直してください。", "Mend it, then read it again with hub sync."
)


def _signed_in(hub: Hub, row: ConnectionRow, about: str) -> list[Finding]:
    if row.state == "broken":
        return [bad(about, row.reason)]
    plugin = hub.registry.plugins.get(row.plugin)
    if plugin is not None and not plugin.can_check:
        if row.state == "parked":
            again = Words(
                f"直したあと、hub connections --enable {row.name} を実行してください。",
                f"Mend it, then run hub connections --enable {row.name}.",
            )
            return [bad(about, row.reason, again)]
        return [ok(about, "接続の確認機能なし", "its plugin offers no test")]
    try:
        account = hub.connections.check(row.id)
    except ConfigError as exc:
        return [bad(about, line) for line in exc.lines]
    except HubError as exc:
        return [bad(about, exc.words)]
    signed = ok(about, f"サインイン済み: {account.label}", f"signed in as {account.label}")
    used = [_used(account.usage, about)] if account.usage else []
    return [signed, *used, *(warn(about, words) for words in account.advice)]


def _used(usage: Usage, about: str) -> Finding:
    found = usage.words
    if not usage.high:
        return ok(about, found.ja, found.en)
    return warn(
        about,
        found,
        Words(
            "上限に達すると、この接続の読み込みは待機します。上限を増やすか、"
            "ほかの連携の使用量を減らしてください。",
            "Near the limit its reading waits. Raise the limit, or let other integrations use "
            "less.",
        ),
    )


def _pulled(hub: Hub, row: ConnectionRow, about: str) -> Finding:
    todo = Words(f"hub sync {row.name} を実行してください。", f"Run hub sync {row.name}.")
    if row.last_pull_at is None:
        found = Words("まだ一度も読み込まれていません。", "It was never read to the end.")
        return warn(about, found, todo)
    since = hub.clock() - row.last_pull_at
    if since > PULL_LATE:
        found = Words(
            f"最後の読み込みは{age(since)}前です。", f"It was last read {age(since)} ago."
        )
        return warn(about, found, todo)
    return ok(about, f"最終読み込み {age(since)}前", f"read {age(since)} ago")


def _pushes(hub: Hub, row: ConnectionRow, about: str) -> list[Finding]:
    with hub.database.read() as tx:
        waiting = receipts.listing(tx, limit=_MOST, connection_id=row.id, states=receipts.WAITING)
    if not waiting:
        return []
    count = f"{len(waiting)}+" if len(waiting) == _MOST else str(len(waiting))
    oldest = max(receipts.age(each, hub.clock()) for each in waiting)
    found = Words(
        f"配信停止の未反映が{count}件、最長{age(oldest)}。",
        f"{count} opt-outs not acknowledged, the oldest {age(oldest)}.",
    )
    if oldest <= PUSH_LATE:
        return [ok(about, found.ja, found.en)]
    todo = Words(
        f"hub optouts --open --connection {row.name} で原因を確認してください。",
        f"See why with hub optouts --open --connection {row.name}.",
    )
    return [bad(about, found, todo)]
