"""What a test may want that a machine may not have, and the sentence that says so when it is skipped."""

from typing import NoReturn

import pytest

SHARED = "../shared is not here (it is not part of the project)"
SLAPD = "slapd is not here, and could not be installed"
QEMU = "qemu-user is not here, and could not be installed"
POSTFIX = "Postfix is not here, and could not be installed"
DEBIAN_POSTGRES = "Debian's postgresql is not here and could not be installed (apt-get install postgresql, as root)"
POSTGRES = "PostgreSQL is not here, neither from pip nor from Debian, and could not be installed"
HAPROXY = "HAProxy is not here, and could not be installed"
CHROMIUM = "Chromium is not here and could not be installed, or cannot be driven"
ROOT = "this needs root, as Postfix does"


def skip(want: str) -> NoReturn:
    """Skip the running test for want of that."""
    pytest.skip(want)
