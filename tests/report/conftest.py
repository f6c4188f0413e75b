from datetime import date, timedelta

import pytest

from gateway.report import Figures, Question, Report, Row
from tests.support import mails

HOUR = timedelta(hours=1)


def figures(released=0, denied=0, *, waiting=0, expired=0, senders=3, hours=4) -> Figures:
    ruled = released + denied
    took = {"median": HOUR * hours, "most": HOUR * hours * 2, "longest": HOUR * hours * 3} if ruled else {}
    held = ruled + waiting + expired
    return Figures(held=held, waiting=waiting, released=released, denied=denied, expired=expired, senders=senders, **took)


@pytest.fixture
def report() -> Report:
    return Report(
        question=Question(),
        at=mails.NOW,
        whole=figures(90, 110, waiting=6, expired=4, senders=30),
        sections={
            "group": (
                Row(what="board", figures=figures(60, 40, senders=4)),
                Row(what="network", figures=figures(28, 62, senders=3)),
                Row(what="chaplains", figures=figures(2, 1, senders=1)),
                Row(what="", figures=figures(0, 7, senders=6)),
            ),
            "policy": (
                Row(what="command review", figures=figures(90, 110)),
                Row(what="=cmd|'/c calc'!A1", figures=figures(1, 1)),
            ),
            "category": (Row(what="political", figures=figures(90, 110)),),
            "reviewer": (Row(what="captain@department.example", figures=figures(90, 110)),),
        },
        period="month",
        periods=(
            Row(what="2026-08", figures=figures(50, 60)),
            Row(what="2026-09", figures=figures(1, 1)),
            Row(what="2026-10", figures=figures(39, 49, waiting=6, expired=4)),
        ),
        decided={"relay": 4000, "hold": 210, "reject": 12},
        counted_since=date(2026, 8, 1),
    )
