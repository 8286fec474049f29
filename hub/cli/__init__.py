"""The `hub` command. Each subcommand is a module here, imported only when it is called.

Exit codes: 0 done; 1 something is wrong and was told; 2 wrong words on the command line;
3 something is in the way of starting (a port, another hub on the same folder).
"""

import logging
import os
import sys
from importlib import import_module

import click

from hub import __version__
from hub.errors import HubError
from hub.values.words import Language

_COMMANDS = {
    "allow-list": ("hub.cli.allow_list", "Say from where console and API may be used."),
    "api-key": ("hub.cli.api_key", "Make, list and revoke keys of the REST API."),
    "audit": ("hub.cli.trail", "Show, export and verify who did what, when, from where."),
    "backup": ("hub.cli.backup", "Save the whole store in one file; verify one."),
    "broker": ("hub.cli.broker", None),
    "config": ("hub.cli.config", "Show every setting, its value and its meaning."),
    "connections": ("hub.cli.connections", "List connections, their state and account."),
    "consent": ("hub.cli.consent", "Declare how people agreed; verify the ledger."),
    "db": ("hub.cli.db", "Bring the store to the newest schema."),
    "demo": ("hub.cli.demo", "Show the main job from end to end with sandboxes."),
    "doctor": ("hub.cli.doctor", "Check store, keys, broker, plugins, connections."),
    "erase": ("hub.cli.erase", "Erase personal data, now or in some days."),
    "exclusion": ("hub.cli.exclusion", "Keep the list of numbers not to be texted."),
    "form": ("hub.cli.form", "Make opt-in forms; links, QR codes, frames."),
    "keys": ("hub.cli.keys", "List, rotate and retire the keys of the store."),
    "leak-report": ("hub.cli.leak", "Draft the report that a leak of data asks for."),
    "messages": ("hub.cli.messages", "List and show single SMS; cancel, retry one."),
    "optouts": ("hub.cli.optouts", "List opt-outs and who acknowledged them."),
    "person": ("hub.cli.person", "Disclosure, correction, stop of use; legal holds."),
    "plugin": ("hub.cli.plugin", "List, check and make plugins."),
    "prepare": ("hub.cli.prepare", "Make in a platform what a connection needs there."),
    "rates": ("hub.cli.rates", "Show how many SMS arrive, how fast, and why not."),
    "replies": ("hub.cli.replies", "Read replies; decide on what may be a stop."),
    "restore": ("hub.cli.restore", "Put a backup back, with opt-outs since."),
    "retention": ("hub.cli.retention", "Show what personal data goes when, and why."),
    "route": ("hub.cli.route", "Say by which gateways what leaves."),
    "rule": ("hub.cli.rule", "Let an event of a platform send a template."),
    "run": ("hub.cli.run", "Run the whole hub on this machine."),
    "sandbox": ("hub.cli.sandbox", "Start a stand-in of one platform or gateway."),
    "schedule": ("hub.cli.schedule", "Run the schedule of a hub spread over hosts."),
    "send": ("hub.cli.send", "Send a template to people, or show who would get it."),
    "sends": ("hub.cli.sends", "List sends; pause, resume, cancel, retry one."),
    "signin": ("hub.cli.signin", "Print a one-time link to sign in to the console."),
    "site": ("hub.cli.site", "List and add sites."),
    "stock": ("hub.cli.stock", "Count who may be texted now, who not, and why."),
    "sync": ("hub.cli.sync", "Read people and consent from a connection."),
    "template": ("hub.cli.template", "Add, list and check templates."),
    "user": ("hub.cli.user", "Invite, list and change users of the console."),
    "web": ("hub.cli.web", "Serve console, opt-out page and webhooks."),
    "worker": ("hub.cli.worker", "Work on one queue: send, sync or events."),
}


def language() -> Language:
    """Give the terminal's language: `HUB_LANGUAGE`, else ja where the locale is Japanese."""
    chosen = os.environ.get("HUB_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    return "en" if chosen and not chosen.startswith(("ja", "C")) else "ja"


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (_, help_) in _COMMANDS.items() if help_]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[name][0]).command
        command.name = name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, help_) for name, (_, help_) in _COMMANDS.items() if help_]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hub")
def hub() -> None:
    """SMS Connector Hub: text the people in your CRM who agreed, never those who said stop."""


def main() -> None:
    """Run the command line; a HubError is told in one line and ends with its exit code."""
    from hub.processes import InTheWay

    # What a command says it says itself; a warning of a room belongs to the long-running processes.
    logging.getLogger("hub").addHandler(logging.NullHandler())
    try:
        hub()
    except InTheWay as exc:
        click.echo(exc.words.in_(language()), err=True)
        sys.exit(3)
    except HubError as exc:
        click.echo(exc.words.in_(language()), err=True)
        sys.exit(1)
