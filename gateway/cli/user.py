"""`hatchway user`: who may use the console, through the running gateway."""

from pathlib import Path
from typing import Any

import click

from gateway.cli.common import as_json, asked, config, plain, print_json, print_table

ROLES = ("reviewer", "supervisor", "auditor", "administrator")


@click.group
def command() -> None:
    """Say who may use the console."""


@command.command()
@click.argument("address")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What this person is there for.")
@click.option("--name", default="", help="As others read it.")
@click.option("--reviewers", multiple=True, help="A group of reviewers, as the policies name it; repeat it for more.")
@click.option("--also", multiple=True, help="A further mail address of this person; repeat it for more.")
@click.option("--link", is_flag=True, help="Print a one-time link with which this person sets a password.")
@config
@as_json
def add(  # noqa: PLR0913, PLR0917  -- one parameter an option
    address: str,
    role: str,
    name: str,
    reviewers: tuple[str, ...],
    also: tuple[str, ...],
    settings_file: Path,
    *,
    link: bool,
    as_json: bool,
) -> None:
    """Add an account. The first administrator is made by: hatchway user add ADDRESS --role administrator --link."""
    said = {"login": address, "role": role, "name": name, "reviewers": reviewers, "also": also, "link": link}
    _tell(asked(settings_file, "user.add", **said), as_json=as_json)
    if not link and not as_json:
        click.echo(f"No link was asked for; `hatchway user link {address}` makes one, to set a password with.", err=True)


@command.command("list")
@config
@as_json
def list_(settings_file: Path, *, as_json: bool) -> None:
    """List accounts."""
    accounts = asked(settings_file, "user.list")
    if as_json:
        print_json(accounts)
    elif not accounts:
        click.echo("nobody has an account; hatchway user add ADDRESS --role administrator --link")
    else:
        _table(accounts)


@command.command()
@click.argument("address")
@config
@as_json
def disable(address: str, settings_file: Path, *, as_json: bool) -> None:
    """Let somebody in no more, from this moment on."""
    _tell(asked(settings_file, "user.disable", login=address), as_json=as_json)


@command.command()
@click.argument("address")
@config
@as_json
def enable(address: str, settings_file: Path, *, as_json: bool) -> None:
    """Let somebody in again."""
    _tell(asked(settings_file, "user.enable", login=address), as_json=as_json)


@command.command()
@click.argument("address")
@config
@as_json
def link(address: str, settings_file: Path, *, as_json: bool) -> None:
    """Print a new one-time link; it sets a new password and removes the second factor."""
    _tell(asked(settings_file, "user.link", login=address), as_json=as_json)


@command.command()
@click.argument("address")
@click.option(
    "--password", is_flag=True, help="Remove the password, too; then only a one-time link or a way from elsewhere lets in."
)
@click.option("--elsewhere", is_flag=True, help="Forget what this account is at the OpenID provider or in the directory.")
@config
@as_json
def reset(address: str, settings_file: Path, *, password: bool, elsewhere: bool, as_json: bool) -> None:
    """Remove a lost second factor: the app, all passkeys, all recovery codes. All sessions end."""
    said = {"login": address, "password": password, "elsewhere": elsewhere}
    _tell(asked(settings_file, "user.reset", **said), as_json=as_json)


def _tell(account: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(account)
        return
    click.echo(f"{account['login']}  {account['role']}  {_state(account)}")
    if "link" in account:
        click.echo(account["link"])
        click.echo(f"The link serves once, until {account['until']}.", err=True)


def _table(accounts: list[dict[str, Any]]) -> None:
    rows = ((one["login"], plain(one["name"]), one["role"], plain(", ".join(one["reviewers"])), _state(one)) for one in accounts)
    print_table(("address", "name", "role", "reviewers", "state"), rows)


def _state(account: dict[str, Any]) -> str:
    if account["disabled"]:
        return "disabled"
    known = f"from {account['origin']}" if account["origin"] else "invited"
    first = "password" if account["password"] else known
    more = [text for text, has in (("app", account["second_factor"]), ("passkey", account.get("passkeys"))) if has]
    return ", ".join([first, *more])
