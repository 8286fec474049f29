"""Retrying from the command line, and telling what came of it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from hub.cli import audit, language
from hub.cli.output import note, print_json, say, table
from hub.factory import Hub
from hub.messages.again import Again, Retried
from hub.messages.retrying import LEFT, Way
from hub.values.words import Words

Command = TypeVar("Command", bound=Callable[..., Any])

_GOING = {
    Way.QUEUE: Words("同じキーで再送", "go again under their own key"),
    Way.ASK: Words("ゲートウェイに照会してから判断", "are asked about at the gateway first"),
    Way.ANEW: Words("新しいSMSとして再送", "go again as new SMS"),
}


def may_double_option(command: Command) -> Command:
    """Add `--may-double` to a command."""
    return click.option(
        "--may-double",
        is_flag=True,
        help="Also what may have arrived: somebody may get it twice.",
    )(command)


def send(hub: Hub, send_id: int, *, may_double: bool) -> Retried:
    """Retry what failed of a send."""
    done = _again(hub).send(send_id, actor=audit.ACTOR, may_double=may_double)
    _audit(hub, f"send:{send_id}", done, may_double)
    return done


def message(hub: Hub, message_id: int, *, may_double: bool) -> Retried | None:
    """Retry one message; None where there is no such message."""
    done = _again(hub).message(message_id, actor=audit.ACTOR, may_double=may_double)
    if done is not None:
        _audit(hub, f"message:{message_id}", done, may_double)
    return done


def tell(hub: Hub, done: Retried, as_json: bool) -> None:
    """Tell what goes again and what does not; ends the command with 1 where nothing does."""
    if as_json:
        print_json({"going": done.going, "ways": dict(done.ways), "send": done.send_id})
    else:
        words = _GOING | LEFT
        rows = [
            [f"{done.ways[way]:,}", words[way].in_(language())] for way in Way if done.ways.get(way)
        ]
        table(["", ""], rows or [["0", say("再送の対象はありません", "have failed")]], indent="  ")
        if done.send_id is not None:
            note(f"新しい配信: {done.send_id}", f"The new send: {done.send_id}")
    if not done.going:
        raise click.exceptions.Exit(1)


def _again(hub: Hub) -> Again:
    return Again(
        database=hub.database,
        cipher=hub.cipher,
        connections=hub.connections,
        bells=hub.bells,
        clock=hub.clock,
    )


def _audit(hub: Hub, object_: str, done: Retried, may_double: bool) -> None:
    if done.going:
        with hub.database.write() as tx:
            detail = {"may_double": may_double, **{way.value: n for way, n in done.ways.items()}}
            audit.note(hub, tx, f"{object_.partition(':')[0]}.retried", object_, detail)
