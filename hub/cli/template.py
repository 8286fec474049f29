"""`hub template`: add, list and check templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

import click

from hub.cli import audit, fits, language
from hub.cli.fits import Fit
from hub.cli.output import json_option, note, print_json, say, table, tell, when, word
from hub.cli.sample import sample_of
from hub.factory import Hub, build
from hub.messages import library
from hub.messages.linter import Finding
from hub.messages.mending import mend
from hub.messages.segments import Length
from hub.messages.templates import LONGEST, parse
from hub.store import templates
from hub.store.audit import add_audit
from hub.values.words import Language, Words

CLASSES = {
    "promotional": Words("広告", "Promotional"),
    "transactional": Words("連絡", "Transactional"),
    "debt_collection": Words("督促", "Debt collection"),
}


@click.group()
def command() -> None:
    """Add, list and check templates.

    A template is a text with fields such as {{name}}, {{sender_name}}, {{opt_out_url}} and
    {{sender_page}}; the others are the attributes that a connection's mapping gives.
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
@click.option("--confirm", metavar="REASON", help="Store it in spite of warnings; why is kept.")
@json_option
def add(
    key: str,
    purpose: str,
    label: str,
    text_language: str,
    file: IO[str],
    confirm: str | None,
    as_json: bool,
) -> None:
    """Store a template, or the next version of the one called KEY.

    An advertising text that lacks what the law wants shown is refused, and shown as it would
    pass. A text about service that looks like advertising is refused too, unless --confirm says
    why it is none.

    Exit codes: 0 stored (or there already), 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    body = _text(file)
    checked = _checked(hub, body, purpose, cast(Language, text_language))
    if any(each.level == "error" or not confirm for each in checked.findings):
        _print_findings(checked)
        raise click.exceptions.Exit(1)
    with hub.database.write() as tx:
        row = library.publish(
            tx,
            key=key,
            label=label,
            purpose_key=purpose,
            body=body,
            actor=audit.ACTOR,
            sender=hub.sender,
            known=_known_fields(hub),
            now=hub.clock(),
            language=cast(Language, text_language),
            own_links=own_links(hub),
            confirmed_why=confirm,
        )
        audit.note(hub, tx, "template.published", f"template:{row.key}:{row.version}")
        if checked.findings:
            add_audit(
                tx,
                at=hub.clock(),
                actor=audit.ACTOR,
                action="template.confirmed",
                object_=f"template:{row.key}:{row.version}",
                address=None,
                detail={"codes": [each.code for each in checked.findings]},
            )
    fits.warn(checked.fits)
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


@command.command("lint")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--purpose", required=True, help="The purpose's key; see hub consent purpose.")
@click.option(
    "--language",
    "text_language",
    type=click.Choice(["ja", "en"]),
    default="ja",
    show_default=True,
    help="The language of what is added to mend it.",
)
@json_option
def lint_(file: IO[str], purpose: str, text_language: str, as_json: bool) -> None:
    """Check a text without storing it: fields, what an advertisement must show, length.

    Where something is missing, the text is shown as it would pass, with its length before and
    after. For each gateway in use it says how long the text is there, and which characters it
    cannot carry; what people's own values bring with them is told by hub send --dry-run.

    Exit codes: 0 it can be stored, 1 it cannot and why was told, 2 wrong usage.
    """
    hub = build()
    checked = _checked(hub, _text(file), purpose, cast(Language, text_language))
    if as_json:
        print_json(_values(checked))
    else:
        _print_findings(checked)
        if not checked.findings:
            name = word(CLASSES, checked.message_class)
            tell(
                f"登録できます({name})。リンクを入れた長さはSMS{checked.before.segments}通分です。",
                f"It can be stored ({name.lower()}). With its links it is "
                f"{checked.before.segments} SMS long.",
            )
        fits.show(checked.fits)
        fits.warn(checked.fits)
    if checked.findings:
        raise click.exceptions.Exit(1)


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """What was found in a text, and the text that would pass; None where no words mend it."""

    message_class: str
    findings: Sequence[Finding]
    before: Length
    mended: str | None
    after: Length | None
    fits: Sequence[Fit]


def _checked(hub: Hub, body: str, purpose_key: str, text_language: Language) -> _Checked:
    template = parse(body, _known_fields(hub))
    with hub.database.read() as tx:
        purpose = library.purpose_of(tx, purpose_key)
    findings = library.review(template, purpose, hub.sender, own_links(hub))
    mended: str | None = mend(body, findings, hub.sender, text_language)
    if mended == body or len(mended or "") > LONGEST:
        mended = None
    return _Checked(
        message_class=purpose.message_class,
        findings=findings,
        before=sample_of(hub, template)[1],
        mended=mended,
        after=sample_of(hub, parse(mended))[1] if mended else None,
        fits=fits.fits(hub, template),
    )


def own_links(hub: Hub) -> list[str]:
    """Give the addresses of this hub's own pages."""
    return [hub.config.link_url, hub.config.public_url]


def _print_findings(checked: _Checked) -> None:
    for each in checked.findings:
        note(f"{each.code}: {each.words.ja}", f"{each.code}: {each.words.en}")
    if checked.mended and checked.after:
        before, after = checked.before.segments, checked.after.segments
        note(
            f"次のようにすると登録できます(長さ: SMS{before}通分から{after}通分):",
            f"It passes like this (its length: {before} SMS before, {after} after):",
        )
        click.echo("\n".join(f"  | {line}" for line in checked.mended.split("\n")), err=True)


def _values(checked: _Checked) -> dict[str, Any]:
    return {
        "class": checked.message_class,
        "findings": [
            {"code": each.code, "level": each.level, "words": each.words.in_(language())}
            for each in checked.findings
        ],
        "segments": checked.before.segments,
        "encoding": checked.before.encoding,
        "mended": checked.mended,
        "mended_segments": checked.after.segments if checked.after else None,
        "gateways": fits.values(checked.fits),
    }


def _known_fields(hub: Hub) -> frozenset[str] | None:
    """Give the attributes that mappings bring; None where no connection has a mapping yet."""
    mappings = [row.mapping for row in hub.connections.rows() if row.mapping is not None]
    if not mappings:
        return None
    return frozenset(key for mapping in mappings for key in mapping.attributes)


def _text(file: IO[str]) -> str:
    # Editors end files with a line break, which is no part of the SMS.
    return file.read().rstrip("\r\n")
