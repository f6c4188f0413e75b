"""`hatchway webhook`: who is told of what happens to held mail."""

from pathlib import Path

import click

from gateway.cli.common import Exit, as_json, asked, config, plain, print_json


@click.group
def command() -> None:
    """Say who is told of what happens to held mail, and whether they hear it."""


@command.command("list")
@config
@as_json
def list_(settings_file: Path, *, as_json: bool) -> None:
    """List webhooks, and what they were not told yet."""
    hooks = asked(settings_file, "webhook.list")
    if as_json:
        print_json(hooks)
        return
    for one in hooks:
        waits = (
            f"{one['pending']} to tell since {one['oldest']}: {plain(one['last']) or 'not tried yet'}"
            if one["pending"]
            else "all told"
        )
        click.echo(f"{one['name']}  {one['url']}  {waits}")
    if not hooks:
        click.echo("there is no webhook; write `webhooks:` into the settings and start Hatchway again")


@command.command()
@click.argument("name")
@config
@as_json
def test(name: str, settings_file: Path, *, as_json: bool) -> None:
    """Have the running gateway tell a webhook that it is a test, and say what it answered."""
    said = asked(settings_file, "webhook.test", name=name)
    if as_json:
        print_json(said)
    else:
        click.echo(f"{said['name']}  {'heard' if said['heard'] else 'not heard'}: {plain(said['says'])}")
    if not said["heard"]:
        raise SystemExit(Exit.FAILED)


@command.command()
def secret() -> None:
    """Print a new secret for a webhook's secret file."""
    from gateway.webhook import new_secret

    click.echo(new_secret())
