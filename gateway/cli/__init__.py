"""The door for the IT admin: `hatchway` and its commands.

Commands are imported when they are called, so that asking the queue does not load the gateway. Exit status: 0 done; 1 a
finding or failure; 2 wrong usage; then as in sysexits(3): 65 bad data, 69 no answer, 75 try later, 77 not permitted, 78 bad
configuration.
"""

import importlib

import click

_COMMANDS = {
    "setup": ("gateway.cli.setup", "Write settings and a policy from a few answers, and say what the machines around need."),
    "doctor": ("gateway.cli.doctor", "Look for all that can be wrong, and say what to do."),
    "serve": ("gateway.cli.serve", "Run the gateway."),
    "check": ("gateway.cli.check", "Find every mistake in settings, policies, roster and notices."),
    "explain": ("gateway.cli.explain", "Say what would become of a message, and why."),
    "backtest": ("gateway.cli.backtest", "Judge past mail again: what would policies have done, and what did they change?"),
    "policy": ("gateway.cli.policy", "Test policies with sketches of messages."),
    "dry-run": ("gateway.cli.dry_run", "Report what rules and policies marked `dry run` would have done."),
    "replay": ("gateway.cli.replay", "Make the decision on a held message again, as it was then and as it would be today."),
    "classify": ("gateway.cli.classify", "Judge many messages, JSON Lines in and out."),
    "evaluate": ("gateway.cli.evaluate", "Say how often the judgement is right, on labelled messages."),
    "neutrality": ("gateway.cli.neutrality", "Show that the same sentence gets the same answer whoever is named in it."),
    "tune": ("gateway.cli.tune", "Propose thresholds from a department's own rulings."),
    "train": ("gateway.cli.train", "Train the model anew."),
    "queue": ("gateway.cli.queue", "Review held mail: list, show, release, deny, return, withdraw."),
    "return": ("gateway.cli.returning", "Ask a sender to revise a held message."),
    "appeal": ("gateway.cli.appeal", "Answer appeals: list, overturn, uphold."),
    "audit": ("gateway.cli.audit", "Show, verify and export the audit trail; bundle records; legal hold."),
    "report": ("gateway.cli.report", "Say how even-handedly mail is held and ruled on."),
    "backup": ("gateway.cli.backup", "Copy the store while the gateway runs."),
    "restore": ("gateway.cli.restore", "Put a backup back."),
    "user": ("gateway.cli.user", "Say who may use the console: add, list, disable, enable, link."),
    "token": ("gateway.cli.token", "Say which programs may use the API: create, list, revoke."),
    "webhook": ("gateway.cli.webhook", "Say who is told of events: list, test; make a secret."),
    "store": ("gateway.cli.store", "Copy all that is kept to another database."),
    "status": ("gateway.cli.status", "Say how the running gateway stands."),
    "reload": ("gateway.cli.reload", "Have the running gateway take new policies and roster."),
    "demo": ("gateway.cli.demo", "Show a message's whole life on this machine."),
    "version": ("gateway.cli.version", "Print the version."),
}


class _Lazy(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[name][0]).command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Hatchway keeps political and religious promotion out of a department's mail."""
