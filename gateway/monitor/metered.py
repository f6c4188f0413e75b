"""A judge like the one it asks, that is timed and counted."""

import time

from gateway.mail import Mail
from gateway.monitor.meters import Meters
from gateway.ports import Judge, Judgement


class MeteredJudge:
    """It tells the meters of each judgement."""

    def __init__(self, judge: Judge, meters: Meters) -> None:
        self._judge = judge
        self._meters = meters

    async def judge(self, mail: Mail) -> Judgement:
        """Its judgement."""
        begun = time.perf_counter()
        judgement = await self._judge.judge(mail)
        self._meters.judged(judgement.decision, time.perf_counter() - begun)
        return judgement
