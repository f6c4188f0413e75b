"""Counts what the rules make of every message, so that those never held are in the account, too; by days of this machine's zone.

Counts are kept in memory and handed over from time to time: a machine that is killed loses those of the last moments.
"""

from collections import Counter
from collections.abc import Mapping

from gateway.mail import Mail
from gateway.ports import Clock, Judge, Judgement

ALL = "all"
"""The kind of count that is of all messages."""


class CountedJudge:
    """A judge like the one it asks; it keeps count of the decisions."""

    def __init__(self, judge: Judge, clock: Clock) -> None:
        self._judge = judge
        self._clock = clock
        self._counted: Counter[tuple[str, str, str, str]] = Counter()

    async def judge(self, mail: Mail) -> Judgement:
        """Its judgement."""
        judgement = await self._judge.judge(mail)
        decision, day = judgement.decision, f"{self._clock.now().astimezone():%Y-%m-%d}"
        kinds = [(ALL, ""), ("policy", decision.policy), *(("group", name) for name in decision.groups)]
        self._counted.update((day, kind, name, decision.word) for kind, name in kinds)
        return judgement

    def taken(self) -> Mapping[tuple[str, str, str, str], int]:
        """What was counted since the last time, to be kept now or put back."""
        taken, self._counted = self._counted, Counter()
        return taken

    def put_back(self, counted: Mapping[tuple[str, str, str, str], int]) -> None:
        """They could not be kept; they come with the next."""
        self._counted.update(counted)
