"""How an opt-in form reaches people: its link, a QR code of it, and a frame in another page."""

import html
from pathlib import Path
from typing import Any

import click
import segno

from hub.cli.output import usage
from hub.consent.forms import Form
from hub.factory import Hub

_SCALE = 8
"""Dots of a picture for each of the code's."""

_KINDS = (".svg", ".png")


def link(hub: Hub, form: Form) -> str:
    """Give the form's address."""
    return f"{hub.config.public_url}/f/{form.key}"


def frame(hub: Hub, form: Form) -> str:
    """Give what a page of one of the form's origins puts in to show it."""
    title = html.escape(next(iter(form.content.texts.values())).title)
    return (
        f'<iframe src="{link(hub, form)}" title="{title}" width="100%" height="900" '
        'style="border:0"></iframe>'
    )


def write_qr(hub: Hub, form: Form, file: Path) -> None:
    """Write the link as a QR code. Ends the command with 2 for a kind of file it does not know."""
    if file.suffix not in _KINDS:
        raise usage(
            "--qr: .svg か .png のファイルを指定してください。", "--qr: write to a .svg or .png."
        )
    _code(hub, form).save(str(file), scale=_SCALE)


def print_qr(hub: Hub, form: Form) -> None:
    """Print the link as a QR code, two rows of dots in a line of text."""
    rows = [list(row) for row in _code(hub, form).matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        # Light dots are drawn, dark ones left out: terminals are dark.
        click.echo("".join("█▀▄ "[2 * up + down] for up, down in zip(upper, lower, strict=True)))


def values(hub: Hub, form: Form) -> dict[str, Any]:
    """Give all there is to say about a form, as JSON takes it."""
    content = form.content
    return {
        "key": form.key,
        "version": form.version,
        "link": link(hub, form),
        "frame": frame(hub, form),
        "texts": {language: vars(texts) for language, texts in content.texts.items()},
        "purposes": list(content.purposes),
        "privacy_url": content.privacy_notice_url,
        "privacy_version": content.privacy_notice_version,
        "double_opt_in": content.double_opt_in,
        "via": hub.connections.by_id(content.gateway_id).name if content.gateway_id else None,
        "origins": list(content.origins),
        "created_at": form.created_at,
        "created_by": form.created_by,
        "retired_at": form.retired_at,
    }


def _code(hub: Hub, form: Form) -> segno.QRCode:
    return segno.make(link(hub, form), error="m", micro=False)
