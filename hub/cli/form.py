"""`hub form`: hosted opt-in forms, their links, QR codes and frames."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import click

from hub.cli import audit, formlink, told
from hub.cli.output import failed, json_option, print_json, say, table, tell, when
from hub.consent import forms
from hub.consent.forms import Form
from hub.factory import Hub, build
from hub.messages import confirmation
from hub.store import forms as queries
from hub.store import sites
from hub.store.database import Tx
from hub.store.forms import FormContent, FormTexts
from hub.values.words import Language


@click.group()
def command() -> None:
    """Make opt-in forms for links, QR codes and frames; list, show and retire them."""


command.add_command(told.command, "told")


@command.command()
@click.argument("key")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@click.option("--title", help="What stands above the form.")
@click.option(
    "--wording-file",
    type=click.File(encoding="utf-8"),
    help="The sentence people agree to; it is kept with every consent. - is stdin.",
)
@click.option("--frequency", help="How often and about what SMS will come, as it is promised.")
@click.option("--purpose", "purposes", multiple=True, help="A box for this purpose; repeatable.")
@click.option("--privacy-url", help="The address of the privacy notice.")
@click.option("--privacy-version", help="Its version or date.")
@click.option(
    "--double-opt-in/--no-double-opt-in",
    default=None,
    help="Whether a code by SMS has to be typed in; it has, unless you say otherwise.",
)
@click.option("--via", "gateway", metavar="CONNECTION", help="The gateway that sends the code.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    help="A site whose pages may show the form in a frame (https://www.example.jp); repeatable.",
)
@click.option("--site", metavar="KEY", help="The site that people who sign up here belong to.")
@json_option
def create(
    key: str,
    language: Language,
    title: str | None,
    wording_file: IO[str] | None,
    frequency: str | None,
    purposes: Sequence[str],
    privacy_url: str | None,
    privacy_version: str | None,
    double_opt_in: bool | None,
    gateway: str | None,
    origins: Sequence[str],
    site: str | None,
    as_json: bool,
) -> None:
    """Make the form at /f/KEY, or its next version: what is not given stays as it was.

    Texts are given in one language at a time. Called again for the other one, the form has both.

    Exit codes: 0 stored (or there already), 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    _check_sender(hub)
    gateway_id = hub.connections.row(gateway).id if gateway else None
    if gateway_id is not None:
        hub.connections.profile(gateway_id)
    wording = wording_file.read().strip() if wording_file else None
    with hub.database.write() as tx:
        now = hub.clock()
        known = queries.current(tx, key)
        before = known.content if known else _nothing()
        content = replace(
            before,
            texts={**before.texts, **_texts(before, language, title, wording, frequency)},
            purposes=tuple(purposes) or before.purposes,
            privacy_notice_url=privacy_url or before.privacy_notice_url,
            privacy_notice_version=privacy_version or before.privacy_notice_version,
            double_opt_in=before.double_opt_in if double_opt_in is None else double_opt_in,
            gateway_id=gateway_id or before.gateway_id,
            origins=tuple(origins) or before.origins,
            site_id=_site(tx, site) if site else before.site_id,
        )
        confirmation.prepare(tx, hub.sender, now)
        form = forms.publish(tx, key=key, content=content, by=audit.ACTOR, now=now)
        _try_code(tx, hub, form)
        audit.note(hub, tx, "form.published", f"form:{form.key}:{form.version}")
    if as_json:
        print_json(formlink.values(hub, form))
        return
    tell(
        f"フォーム「{form.key}」の第{form.version}版を公開しました: {formlink.link(hub, form)}",
        f'The form "{form.key}" is open, version {form.version}: {formlink.link(hub, form)}',
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all forms, retired ones too.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    hub = build()
    with hub.database.read() as tx:
        rows = forms.every(tx)
    if as_json:
        print_json([formlink.values(hub, row) for row in rows])
        return
    if not rows:
        tell(
            "フォームはまだありません。hub form create で作成してください。",
            "There are no forms yet. Make one with hub form create.",
        )
        return
    table(
        [
            say("名前", "KEY"),
            say("版", "VERSION"),
            say("利用目的", "PURPOSES"),
            say("確認コード", "CODE"),
            say("終了", "RETIRED"),
            say("リンク", "LINK"),
        ],
        [
            [
                row.key,
                str(row.version),
                ", ".join(row.content.purposes),
                say("あり", "yes") if row.content.double_opt_in else say("なし", "no"),
                when(row.retired_at),
                formlink.link(hub, row),
            ]
            for row in rows
        ],
    )


@command.command()
@click.argument("key")
@click.option(
    "--qr",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the link as a QR code to this file, .svg or .png.",
)
@json_option
def show(key: str, qr: Path | None, as_json: bool) -> None:
    """Show a form: its texts, its link, a QR code of it, and what to put into a page to frame it.

    Exit codes: 0 shown, 1 there is no such form, 2 wrong usage.
    """
    hub = build()
    with hub.database.read() as tx:
        form = queries.current(tx, key)
    if form is None:
        raise _unknown(key)
    if qr is not None:
        formlink.write_qr(hub, form, qr)
    if as_json:
        print_json(formlink.values(hub, form))
        return
    _print_form(hub, form)
    if qr is not None:
        tell(f"QRコードを書き出しました: {qr}", f"The QR code is in {qr}.")
    else:
        formlink.print_qr(hub, form)


@command.command()
@click.argument("key")
@json_option
def retire(key: str, as_json: bool) -> None:
    """Close a form. What was agreed to on it stands; making it again opens it.

    Exit codes: 0 closed, 1 there is no such form or it was closed before.
    """
    hub = build()
    with hub.database.write() as tx:
        done = forms.retire(tx, key, audit.ACTOR, hub.clock())
        if done:
            audit.note(hub, tx, "form.retired", f"form:{key}")
    if not done:
        raise _unknown(key)
    if as_json:
        print_json({"key": key, "retired": True})
        return
    tell(f"フォーム「{key}」を終了しました。", f'The form "{key}" is closed.')


def _print_form(hub: Hub, form: Form) -> None:
    for language, texts in form.content.texts.items():
        click.echo(f"[{language}] {texts.title}")
        for text in (texts.wording, texts.frequency):
            if text:
                click.echo(f"  {text}")
    tell(f"リンク: {formlink.link(hub, form)}", f"Link: {formlink.link(hub, form)}")
    if form.content.origins:
        listed = ", ".join(form.content.origins)
        shown = formlink.frame(hub, form)
        tell(f"埋め込み({listed}): {shown}", f"In a frame ({listed}): {shown}")


def _nothing() -> FormContent:
    return FormContent(
        texts={},
        purposes=(),
        privacy_notice_url="",
        privacy_notice_version="",
        double_opt_in=True,
        gateway_id=None,
        origins=(),
        site_id=None,
    )


def _texts(
    before: FormContent,
    language: Language,
    title: str | None,
    wording: str | None,
    frequency: str | None,
) -> dict[Language, FormTexts]:
    if title is None and wording is None and frequency is None and before.texts:
        return {}
    known = before.texts.get(language, FormTexts(title="", wording="", frequency=""))
    given = {"title": title, "wording": wording, "frequency": frequency}
    return {language: replace(known, **{k: v.strip() for k, v in given.items() if v is not None})}


def _check_sender(hub: Hub) -> None:
    sender = hub.sender
    if not (sender.name and sender.contact and sender.address):
        raise failed(
            "フォームには送信者の名称・住所・問い合わせ窓口の表示が必要です。"
            "HUB_SENDER_NAME、HUB_SENDER_ADDRESS、HUB_SENDER_CONTACTを設定してください。",
            "A form shows who sends: name, address and contact. "
            "Set HUB_SENDER_NAME, HUB_SENDER_ADDRESS and HUB_SENDER_CONTACT.",
        )


def _try_code(tx: Tx, hub: Hub, form: Form) -> None:
    """Compose the code's SMS once, so that no visitor is the first to meet what is wrong."""
    gateway_id = form.content.gateway_id
    if not form.content.double_opt_in or gateway_id is None:
        return
    for language in form.content.texts:
        confirmation.text_of(
            tx,
            language,
            code="0" * 6,
            host=urlsplit(hub.config.public_url).hostname or "",
            sender=hub.sender,
            profile=hub.connections.profile(gateway_id),
        )


def _site(tx: Tx, key: str) -> int:
    found = sites.by_key(tx, key)
    if found is None:
        raise failed(f"拠点「{key}」はありません。", f'There is no site "{key}". Check its key.')
    return found.id


def _unknown(key: str) -> click.exceptions.Exit:
    return failed(
        f"公開中のフォーム「{key}」はありません。hub form list で確認してください。",
        f'There is no open form "{key}". See hub form list.',
    )
