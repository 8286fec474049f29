"""`hub template`: add, list and check templates."""

from typing import IO, cast

import click

from hub.cli import audit, language
from hub.cli.output import json_option, note, print_json, say, table, tell, when, word
from hub.factory import Hub, build
from hub.messages import library
from hub.messages.linter import Finding, lint
from hub.messages.segments import measure
from hub.messages.templates import parse
from hub.store import templates
from hub.store.database import Tx
from hub.values.words import Language, Words

CLASSES = {
    "promotional": Words("広告", "Promotional"),
    "transactional": Words("連絡", "Transactional"),
}


@click.group()
def command() -> None:
    """Add, list and check templates.

    A template is a text with fields such as {{name}}, {{sender_name}} and {{opt_out_url}}; the
    others are the attributes that a connection's mapping gives.
    """


@command.command()
@click.argument("key")
@click.option("--purpose", required=True, help="The purpose's key; see hub consent purpose.")
@click.option("--label", required=True, help="What people call it.")
@click.option(
    "--language",
    "text_language",
    type=click.Choice(["ja", "en"]),
    default="ja",
    show_default=True,
    help="The text's language.",
)
@click.option(
    "--file", "file", type=click.File(encoding="utf-8"), required=True, help="- is stdin."
)
@json_option
def add(
    key: str, purpose: str, label: str, text_language: str, file: IO[str], as_json: bool
) -> None:
    """Store a template, or the next version of the one called KEY.

    An advertising text that lacks what the law wants shown is refused.

    Exit codes: 0 stored (or there already), 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        row = library.publish(
            tx,
            key=key,
            label=label,
            purpose_key=purpose,
            body=_text(file),
            actor=audit.ACTOR,
            sender=hub.sender,
            known=_known_fields(hub),
            now=hub.clock(),
            language=cast(Language, text_language),
        )
        audit.note(hub, tx, "template.published", f"template:{row.key}:{row.version}")
    if as_json:
        print_json({"key": row.key, "version": row.version, "purpose": row.purpose_key})
        return
    tell(
        f"テンプレート「{row.key}」の第{row.version}版を登録しました。",
        f'Template "{row.key}" is stored, version {row.version}.',
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the newest version of every template.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = templates.all_latest(tx)
    if as_json:
        print_json(
            [
                {
                    "key": row.key,
                    "version": row.version,
                    "label": row.label,
                    "purpose": row.purpose_key,
                    "language": row.language,
                    "created_at": row.created_at,
                }
                for row in rows
            ]
        )
        return
    if not rows:
        tell(
            "テンプレートはまだありません。hub template add で登録してください。",
            "There are no templates yet. Add one with hub template add.",
        )
        return
    table(
        [
            say("名前", "KEY"),
            say("版", "VERSION"),
            say("利用目的", "PURPOSE"),
            say("言語", "LANGUAGE"),
            say("登録日時", "STORED"),
            say("表示名", "LABEL"),
        ],
        [
            [
                row.key,
                str(row.version),
                row.purpose_key,
                row.language,
                when(row.created_at),
                row.label,
            ]
            for row in rows
        ],
    )


@command.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--purpose", required=True, help="The purpose's key; see hub consent purpose.")
@json_option
def check(file: IO[str], purpose: str, as_json: bool) -> None:
    """Check a text without storing it: fields, what an advertisement must show, length.

    Exit codes: 0 it can be stored, 1 it cannot and why was told, 2 wrong usage.
    """
    hub = build()
    body = _text(file)
    with hub.database.read() as tx:
        message_class, findings = _checked(hub, tx, body, purpose)
    length = measure(body)
    if as_json:
        print_json(
            {
                "purpose": purpose,
                "class": message_class,
                "findings": [
                    {"code": each.code, "words": each.words.in_(language())} for each in findings
                ],
                "segments": length.segments,
                "encoding": length.encoding,
            }
        )
    else:
        _print_check(message_class, findings, length.segments)
    if findings:
        raise click.exceptions.Exit(1)


def _checked(hub: Hub, tx: Tx, body: str, purpose_key: str) -> tuple[str, list[Finding]]:
    purpose = library.purpose_of(tx, purpose_key)
    read = parse(body, _known_fields(hub))
    findings = lint(read, hub.sender) if purpose.message_class == "promotional" else []
    return purpose.message_class, findings


def _print_check(message_class: str, findings: list[Finding], segments: int) -> None:
    for each in findings:
        note(f"{each.code}: {each.words.ja}", f"{each.code}: {each.words.en}")
    if not findings:
        name = word(CLASSES, message_class)
        tell(
            f"登録できます({name})。差し込み前の長さはSMS{segments}通分です。",
            f"It can be stored ({name.lower()}). Before values are put in, its length is "
            f"{segments} SMS.",
        )


def _known_fields(hub: Hub) -> frozenset[str] | None:
    """Give the attributes that mappings bring; None where no connection has a mapping yet."""
    mappings = [row.mapping for row in hub.connections.rows() if row.mapping is not None]
    if not mappings:
        return None
    return frozenset(key for mapping in mappings for key in mapping.attributes)


def _text(file: IO[str]) -> str:
    # Editors end files with a line break, which is no part of the SMS.
    return file.read().rstrip("\r\n")
