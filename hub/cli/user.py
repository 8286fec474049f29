"""`hub user`: who uses the console."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from hub.access import rights, sessions, two_step, users
from hub.access.users import Invitation, Newcomer, User
from hub.cli import audit
from hub.cli.output import failed, json_option, note, print_json, say, table, tell, when, word
from hub.factory import Hub, build
from hub.store import access, sites
from hub.store.database import Tx

_ROLE = click.Choice(list(rights.ROLES))
_RIGHT = click.Choice([str(each) for each in rights.RIGHTS])


@click.group()
def command() -> None:
    """Invite, list and change the users of the console."""


@command.command()
@click.argument("login")
@click.option("--label", default="", help="The user's name; the login where it is left out.")
@click.option("--role", type=_ROLE, default="operator", show_default=True, help="The role.")
@click.option("--site", "keys", metavar="KEY", multiple=True, help="An own site; repeatable.")
@click.option("--right", "wanted", type=_RIGHT, multiple=True, help="A right; repeatable.")
@json_option
def invite(
    login: str, label: str, role: str, keys: Sequence[str], wanted: Sequence[str], as_json: bool
) -> None:
    """Make the user LOGIN, and print a link that sets a password, once, within 72 hours.

    Exit codes: 0 printed, 1 refused and told why, 2 wrong usage.
    """
    hub = build()
    with hub.database.write() as tx:
        newcomer = Newcomer(
            login=login,
            label=label,
            role=role,
            language=hub.config.language,
            sites=_site_ids(tx, keys),
            rights=wanted,
        )
        made = users.invite(tx, newcomer, audit.by(hub))
    _print_link(hub, made, as_json)


@command.command()
@click.argument("login")
@json_option
def link(login: str, as_json: bool) -> None:
    """Print a new link that sets LOGIN's password; earlier ones are good for nothing.

    One-time codes stay: see hub user reset-two-step.

    Exit codes: 0 printed, 1 there is no such user.
    """
    hub = build()
    with hub.database.write() as tx:
        made = users.new_link(tx, _user(tx, login).id, audit.by(hub))
    _print_link(hub, made, as_json)


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List users, disabled ones too.

    Exit codes: 0 listed, 1 the store cannot be used.
    """
    with build().database.read() as tx:
        rows = users.every(tx)
        keys = {each.id: each.key for each in sites.every(tx)}
    if as_json:
        print_json([_values(row, keys) for row in rows])
        return
    if not rows:
        tell(
            "ユーザーはまだいません。hub signin または hub user invite で追加してください。",
            "There are no users yet. Use hub signin or hub user invite.",
        )
        return
    table(
        [
            say("ログイン名", "LOGIN"),
            say("役割", "ROLE"),
            say("拠点", "SITES"),
            say("権限", "RIGHTS"),
            say("2段階認証", "TWO-STEP"),
            say("状態", "STATE"),
        ],
        [
            [
                row.login,
                word(rights.ROLES, row.role),
                " ".join(sorted(keys[each] for each in row.sites)) or "-",
                " ".join(row.rights) or "-",
                say("有効", "on") if row.two_step_at else say("無効", "off"),
                _state(row),
            ]
            for row in rows
        ],
    )


@command.command()
@click.argument("login")
@json_option
def disable(login: str, as_json: bool) -> None:
    """Keep LOGIN out from now on; sessions and unused links end.

    Exit codes: 0 disabled, 1 there is no such user, or it is the last administrator.
    """
    _change(login, as_json, lambda hub, tx, user: users.disable(tx, user, audit.by(hub)))


@command.command()
@click.argument("login")
@json_option
def enable(login: str, as_json: bool) -> None:
    """Let LOGIN in again.

    Exit codes: 0 enabled, 1 there is no such user.
    """
    _change(login, as_json, lambda hub, tx, user: users.enable(tx, user, audit.by(hub)))


@command.command()
@click.argument("login")
@click.argument("role", type=_ROLE, metavar="ROLE")
@json_option
def role(login: str, role: str, as_json: bool) -> None:
    """Give LOGIN the ROLE administrator or operator.

    Exit codes: 0 changed, 1 there is no such user, or it is the last administrator, 2 wrong usage.
    """
    _change(login, as_json, lambda hub, tx, user: users.set_role(tx, user, role, audit.by(hub)))


@command.command("sites")
@click.argument("login")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@json_option
def sites_(login: str, keys: Sequence[str], as_json: bool) -> None:
    """Let LOGIN have these sites and no other; without one an operator sees nobody.

    Exit codes: 0 changed, 1 there is no such user or site.
    """
    _change(
        login,
        as_json,
        lambda hub, tx, user: users.set_sites(tx, user, _site_ids(tx, keys), audit.by(hub)),
    )


@command.command("rights")
@click.argument("login")
@click.argument("wanted", nargs=-1, type=_RIGHT, metavar="[RIGHT]...")
@json_option
def rights_(login: str, wanted: Sequence[str], as_json: bool) -> None:
    """Let the operator LOGIN have these rights and no other.

    They are send_free_text, see_numbers and export. An administrator has all of them.

    Exit codes: 0 changed, 1 there is no such user, 2 wrong usage.
    """
    _change(login, as_json, lambda hub, tx, user: users.set_rights(tx, user, wanted, audit.by(hub)))


@command.command("reset-two-step")
@click.argument("login")
@json_option
def reset_two_step(login: str, as_json: bool) -> None:
    """Forget LOGIN's one-time codes, where the phone is lost; all sessions end.

    Exit codes: 0 reset, 1 there is no such user.
    """
    _change(login, as_json, lambda hub, tx, user: two_step.reset(tx, user.id, audit.by(hub)))


@command.command("sign-out")
@click.argument("login")
@json_option
def sign_out(login: str, as_json: bool) -> None:
    """End all sessions of LOGIN.

    Exit codes: 0 ended, 1 there is no such user.
    """
    _change(login, as_json, lambda hub, tx, user: sessions.end_all(tx, user.id, audit.by(hub)))


@command.command("demand-two-step")
@click.argument("switch", type=click.Choice(["on", "off"]), metavar="on|off")
@json_option
def demand_two_step(switch: str, as_json: bool) -> None:
    """Demand one-time codes of everybody, or leave it to each.

    Exit codes: 0 changed, 2 wrong usage.
    """
    hub = build()
    on = switch == "on"
    with hub.database.write() as tx:
        two_step.demand(tx, on, audit.by(hub))
    if as_json:
        print_json({"demanded": on})
    elif on:
        tell("2段階認証を全員に必須にしました。", "Two-step is demanded of everybody.")
    else:
        tell("2段階認証を任意にしました。", "Two-step is left to each.")


def _change(login: str, as_json: bool, act: Callable[[Hub, Tx, User], Any]) -> None:
    hub = build()
    with hub.database.write() as tx:
        act(hub, tx, _user(tx, login))
    with hub.database.read() as tx:
        row = _user(tx, login)
        keys = {each.id: each.key for each in sites.every(tx)}
    if as_json:
        print_json(_values(row, keys))
    else:
        tell(f"ユーザー {row.login} を変更しました。", f"Changed the user {row.login}.")


def _print_link(hub: Hub, made: Invitation, as_json: bool) -> None:
    url = f"{hub.config.public_url}/invitation/{made.token}"
    if as_json:
        print_json({"url": url, "expires_at": made.expires_at})
        return
    note(
        f"{when(made.expires_at)}まで、一度だけ使えます。本人に渡してください。",
        f"It works once, until {when(made.expires_at)}. Hand it to the user.",
    )
    click.echo(url)


def _user(tx: Tx, login: str) -> User:
    found = access.find_user(tx, login.strip().casefold())
    if found is None:
        raise failed(
            "そのユーザーはいません。hub user list で確認してください。",
            "There is no such user. See hub user list.",
        )
    return found


def _site_ids(tx: Tx, keys: Sequence[str]) -> list[int]:
    found = {each.key: each.id for each in sites.every(tx)}
    missing = [key for key in keys if key not in found]
    if missing:
        raise failed(
            f"拠点「{missing[0]}」はありません。hub site add で追加してください。",
            f'There is no site "{missing[0]}". Add it with hub site add.',
        )
    return [found[key] for key in keys]


def _state(row: User) -> str:
    if row.disabled_at is not None:
        return say("停止中", "disabled")
    return say("招待中", "invited") if row.invited else say("有効", "active")


def _values(row: User, keys: dict[int, str]) -> dict[str, Any]:
    return {
        "login": row.login,
        "label": row.label,
        "role": row.role,
        "sites": sorted(keys[each] for each in row.sites),
        "rights": list(row.rights),
        "two_step_at": row.two_step_at,
        "invited": row.invited,
        "disabled_at": row.disabled_at,
    }
