"""Hatchway: an outbound mail gateway that keeps political and religious promotion out of a department's mail.

Read `pipeline.py` first: it is a message's life, from the end of DATA to the reply.
"""

import os

__version__ = "0.1.0"

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""Said before onnxruntime is imported, which otherwise (1.32) makes an id of the machine and reports to its maker by HTTPS."""
