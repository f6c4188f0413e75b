"""The first hour: from a few answers to settings, a policy, and the lines that the machines around us need.

Answers are tried before anything is written: is the address ours to listen on, does the relay answer, speak TLS, take mail for
the reviewers? What is written is loaded as `hatchway serve` would load it. It fails with values for what the world says, with
Mistakes for answers that make no settings, and with OSError for files that cannot be written; what is there is never overwritten
unless that was asked for.
"""

from gateway.setup.answers import Answers
from gateway.setup.placing import placing
from gateway.setup.trying import Tried, probe, tried
from gateway.setup.writing import files, standing, write

__all__ = ["Answers", "Tried", "files", "placing", "probe", "standing", "tried", "write"]
