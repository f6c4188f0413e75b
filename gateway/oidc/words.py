"""What is said when a provider does not vouch for somebody."""

import re

_UNFIT = re.compile(r"[^\x20-\x7e]+")
_LONGEST = 200


class Unproven(Exception):  # noqa: N818  -- it states a fact
    """Nobody was vouched for. setting: the key to look at; said: what the provider said, or did not; mild: its own refusal.

    stale: he was to show anew that it is he, and nothing says that he did
    """

    def __init__(self, setting: str, said: str, *, mild: bool = False, stale: bool = False) -> None:
        super().__init__(f"{setting}: {said}")
        self.setting = setting
        self.said = said
        self.mild = mild
        self.stale = stale


def tidy(said: object) -> str:
    """What a provider says, short and on one line."""
    return _UNFIT.sub(" ", str(said)).strip()[:_LONGEST]
