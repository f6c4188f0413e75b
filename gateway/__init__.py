"""Hatchway: an outbound mail gateway that keeps political and religious promotion out of a department's mail.

Read `pipeline.py` first: it is a message's life, from the end of DATA to the reply.
"""

__version__ = "0.1.0"
