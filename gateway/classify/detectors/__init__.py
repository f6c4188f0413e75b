"""The detectors, a table each. They know what is urged, never who or which side."""

from gateway.classify.detectors import endorsement, faith, fund_raising, measures, opinion, promotion, spanish, voting, work
from gateway.classify.rules import Detector

ALL: tuple[Detector, ...] = (
    *endorsement.DETECTORS,
    *voting.DETECTORS,
    *promotion.DETECTORS,
    *fund_raising.DETECTORS,
    *measures.DETECTORS,
    *work.DETECTORS,
    *opinion.DETECTORS,
    *faith.DETECTORS,
    *spanish.DETECTORS,
)
