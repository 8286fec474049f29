"""What the commands about keys share: the two kinds, and putting values under the key in use."""

import click

from hub.cli.output import say
from hub.cli.progress import Bar
from hub.factory import Hub
from hub.store import rotation
from hub.store.keys import Kind
from hub.store.rotation import Followed
from hub.values.words import Words

KINDS = {"data": Words("データ鍵", "data key"), "index": Words("索引鍵", "index key")}

index_option = click.option(
    "--index", "is_index", is_flag=True, help="The keys numbers are found by, not the data keys."
)
"""The option that names the kind."""


def follow(hub: Hub, kind: Kind, *, quiet: bool) -> Followed:
    """Put what is under older keys under the one in use, with a bar; give what came of it."""
    with hub.database.read() as tx:
        total = rotation.unfinished(tx, kind)
    with Bar(say("書き換え中", "Rewriting"), quiet=quiet) as bar:
        return rotation.follow(
            hub.database,
            hub.cipher,
            kind,
            lambda done: bar.show(f"{done:,} / {max(total, done):,}", done, max(total, done)),
        )
