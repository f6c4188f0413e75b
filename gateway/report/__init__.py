"""The account of even-handedness: how much was held, what command made of it and how soon, side by side.

The store counts (`Counts`), this room says what was counted: as a page, a table, CSV or JSON, all of the same figures. Small
numbers are said as counts with an interval, never as a bare percentage; in an account that is handed on, lines that would
point at one person are put together with others. It reads no message and names no sender.

It does not say why two groups differ, and tells the reader so. It fails with nothing of its own; what the store cannot
answer is StoreUnavailable.
"""

from gateway.report.counted import CountedJudge
from gateway.report.handed_on import handed_on
from gateway.report.page import body, document
from gateway.report.types import SECTIONS, Counts, Figures, Question, Report, Row, question
from gateway.report.written import FORMS, written

__all__ = [
    "FORMS",
    "SECTIONS",
    "CountedJudge",
    "Counts",
    "Figures",
    "Question",
    "Report",
    "Row",
    "body",
    "document",
    "handed_on",
    "question",
    "written",
]
