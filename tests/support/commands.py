"""The commands as an admin types them, run in this process: nothing is loaded anew for each of them."""

from dataclasses import dataclass

from click.testing import CliRunner

from gateway.cli import main


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


def command(*arguments: object, stdin: str = "") -> Said:
    """What a command said. A fault of ours is raised, so that its trace is seen."""
    ran = CliRunner(env={"NO_COLOR": "1", "HATCHWAY_CONFIG": None}).invoke(main, [*map(str, arguments)], input=stdin)
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return Said(ran.exit_code, ran.stdout, ran.stderr)
