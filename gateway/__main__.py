"""`python -m gateway` is `hatchway`."""

from gateway.cli import main

main(prog_name="hatchway")
