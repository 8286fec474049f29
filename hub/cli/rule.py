"""`hub rule`: which event of a platform sends which template."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from hub.cli import audit
from hub.cli.output import failed, json_option, print_json, say, table, tell
from hub.cli.where import conditions
from hub.events import rules
from hub.factory import build
from hub.store import rules as rows_of
from hub.store.rules import RuleRow


@click.group()
def command() -> None:
    """Let an event of a platform send a template to the person of its record."""


@command.command()
@click.argument("connection")
@click.option("--on", "event_type", required=True, help="The event, such as record_added.")
@click.option("--template", required=True, help="The template's key.")
@click.option("--via", required=True, help="The gateway's connection.")
@click.option("--label", help="What people call it; made of event and template by default.")
@click.option(
    "--once-per-record",
    is_flag=True,
    help="Never a second SMS for the same record; without it, one for each event.",
)
@click.option(
    "--where", metavar="ATTRIBUTE=VALUE", multiple=True, help="Only records with this; repeatable."
)
@json_option
def add(
    connection: str,
    event_type: str,
    template: str,
    via: str,
    label: str | None,
    once_per_record: bool,
    where: tuple[str, ...],
    as_json: bool,
) -> None:
    """Send a template whenever this event happens in CONNECTION. The gate still has its say.

    Exit codes: 0 the rule is on, 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    row = hub.connections.row(connection)
    with hub.database.write() as tx:
        rule_id = rules.define(
            tx,
            hub.connections,
            label=label or f"{event_type} - {template}",
            connection=row.name,
            event_type=event_type,
            template_key=template,
            gateway=via,
            created_by=audit.ACTOR,
            now=hub.clock(),
            once_per_record=once_per_record,
            conditions=conditions(row, where),
        )
        audit.note(hub, tx, "rule.added", f"rule:{rule_id}")
    if as_json:
        print_json({"id": rule_id, "enabled": True})
        return
    tell(f"ルール {rule_id} を有効にしました。", f"Rule {rule_id} is on.")


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all rules.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    names = {row.id: row.name for row in hub.connections.rows()}
    with hub.database.read() as tx:
        found = rows_of.every(tx)
    if as_json:
        print_json([_values(rule, names) for rule in found])
        return
    if not found:
        tell(
            "ルールはまだありません。hub rule add で登録してください。",
            "There are no rules yet. Add one with hub rule add.",
        )
        return
    table(
        [
            say("番号", "ID"),
            say("状態", "STATE"),
            say("接続", "CONNECTION"),
            say("イベント", "EVENT"),
            say("テンプレート", "TEMPLATE"),
            say("経路", "VIA"),
            say("1レコード1回", "ONCE"),
            say("対象", "WHERE"),
            say("表示名", "LABEL"),
        ],
        [
            [
                str(rule.id),
                say("有効", "on") if rule.enabled else say("無効", "off"),
                names.get(rule.connection_id, "-"),
                rule.event_type,
                rule.template_key,
                names.get(rule.gateway_id, "-"),
                say("はい", "yes") if rule.once_per_record else "-",
                _where(rule.conditions) or "-",
                rule.label,
            ]
            for rule in found
        ],
    )


@command.command()
@click.argument("rule_id", metavar="ID", type=int)
@json_option
def on(rule_id: int, as_json: bool) -> None:
    """Turn a rule on.

    Exit codes: 0 it is on, 1 there is no such rule, 2 wrong usage.
    """
    _turn(rule_id, True, as_json)


@command.command()
@click.argument("rule_id", metavar="ID", type=int)
@json_option
def off(rule_id: int, as_json: bool) -> None:
    """Turn a rule off; events that happen meanwhile send nothing, later neither.

    Exit codes: 0 it is off, 1 there is no such rule, 2 wrong usage.
    """
    _turn(rule_id, False, as_json)


def _turn(rule_id: int, enabled: bool, as_json: bool) -> None:
    hub = build()
    with hub.database.write() as tx:
        if rule_id not in {rule.id for rule in rows_of.every(tx)}:
            raise failed(
                f"ルール {rule_id} はありません。hub rule list で確認してください。",
                f"There is no rule {rule_id}. See hub rule list.",
            )
        rows_of.set_enabled(tx, rule_id, enabled)
        audit.note(hub, tx, "rule.on" if enabled else "rule.off", f"rule:{rule_id}")
    if as_json:
        print_json({"id": rule_id, "enabled": enabled})
    elif enabled:
        tell(f"ルール {rule_id} を有効にしました。", f"Rule {rule_id} is on.")
    else:
        tell(f"ルール {rule_id} を無効にしました。", f"Rule {rule_id} is off.")


def _where(conditions_: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{key}={'|'.join(values)}" for key, values in conditions_.items())


def _values(rule: RuleRow, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "label": rule.label,
        "enabled": rule.enabled,
        "connection": names.get(rule.connection_id),
        "event": rule.event_type,
        "template": rule.template_key,
        "via": names.get(rule.gateway_id),
        "once_per_record": rule.once_per_record,
        "where": {key: list(values) for key, values in rule.conditions.items()},
        "created_at": rule.created_at,
    }
