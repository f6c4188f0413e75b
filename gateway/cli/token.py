"""`hatchway token`: what programs prove themselves by at the console's API, through the running gateway."""

from pathlib import Path
from typing import Any

import click

from gateway.cli.common import as_json, asked, config, plain, print_json, print_table

SCOPES = ("queue:read", "message:read", "rule:write", "notes:write", "report:read", "trail:read")


@click.group
def command() -> None:
    """Say which programs may use the API."""


@command.command()
@click.option("--name", required=True, help="What the audit trail calls it; given once for good.")
@click.option("--account", required=True, metavar="ADDRESS", help="Whose it is: it may do no more than this account.")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, required=True, help="What it is for; repeat it.")
@click.option("--expires", default="90d", show_default=True, help="When: 90d, 12h, a day such as 2027-06-30, or never.")
@config
@as_json
def create(name: str, account: str, scopes: tuple[str, ...], expires: str, settings_file: Path, *, as_json: bool) -> None:  # noqa: PLR0913  -- one parameter an option
    """Make a token and print it. It is shown this once."""
    made = asked(settings_file, "token.create", name=name, account=account, scopes=scopes, expires=expires)
    if as_json:
        print_json(made)
        return
    click.echo(made["token"])
    until = f"until {_day(made['expires'])} UTC" if made["expires"] else "until it is revoked"
    click.echo(
        f"{made['name']} acts for {made['account']} ({', '.join(made['scopes'])}) {until}. It is not shown again.", err=True
    )


@command.command("list")
@config
@as_json
def list_(settings_file: Path, *, as_json: bool) -> None:
    """List tokens, when they were last used, and until when they serve, or why they do not."""
    tokens = asked(settings_file, "token.list")
    if as_json:
        print_json(tokens)
    elif not tokens:
        click.echo("there is no token; hatchway token create --name NAME --account ADDRESS --scope queue:read")
    else:
        _table(tokens)


@command.command()
@click.argument("name")
@config
@as_json
def revoke(name: str, settings_file: Path, *, as_json: bool) -> None:
    """Let a token, by its name or id, serve no more from this moment on."""
    done = asked(settings_file, "token.revoke", name=name)
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done['name']}  revoked")


def _table(tokens: list[dict[str, Any]]) -> None:
    rows = (
        (plain(one["name"]), one["account"], ", ".join(one["scopes"]), _day(one["used"]) or "never", _state(one))
        for one in tokens
    )
    print_table(("name", "account", "scopes", "last used", "state"), rows)


def _day(moment: str | None) -> str:
    """To the minute, UTC."""
    return (moment or "")[:16].replace("T", " ")


def _state(token: dict[str, Any]) -> str:
    if token["revoked"]:
        return f"revoked {_day(token['revoked'])}"
    if token["refused"]:
        return f"does not serve: {token['refused']}"
    return f"until {_day(token['expires'])}" if token["expires"] else "until revoked"
