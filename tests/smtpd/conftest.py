import ssl
from pathlib import Path

import pytest
import trustme

from gateway.settings import Tls
from tests.support.smtpd import identity


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Tls:
    return identity(tmp_path, authority.issue_cert)


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
