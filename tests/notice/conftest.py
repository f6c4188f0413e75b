from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.hold import HeldMail
from gateway.notice import Notices
from tests.support.notices import CENTRAL, Case, Wishes


@pytest.fixture
def case() -> Case:
    return Case()


@pytest.fixture
def held(case: Case) -> HeldMail:
    return case.held()


@pytest.fixture(scope="session")
def notices() -> Notices:
    return Notices(Wishes(), hostname="gate.department.example", relay="relay.department.example", zone=CENTRAL)


@pytest.fixture
def overridden(tmp_path: Path) -> Callable[..., Notices]:
    """Notices with these files as the admin's own templates."""

    def load(**templates: str) -> Notices:
        for name, text in templates.items():
            (tmp_path / f"{name.replace('__', '.')}.j2").write_text(text, encoding="utf-8")
        return Notices(Wishes(templates=tmp_path), hostname="gate.department.example", zone=CENTRAL)

    return load
