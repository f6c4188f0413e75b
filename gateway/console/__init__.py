"""The door for command staff: a web console to read what is held and to rule on it.

Pages are made on the server and work without JavaScript; htmx, served from here, only keeps lists and states fresh. GET
never acts; every act is a POST that must come from our own pages (Sec-Fetch-Site, Origin). Who may do what stands in one
table (`rights`); nobody rules on his own mail. Messages are never parsed here, `gateway.viewer` does that, and what it makes
of them is shown in a sandboxed frame with a policy of its own.

It decides nothing itself: rulings go through `gateway.review`. It fails with a page that says what to do, and a fault of
ours is in the log and takes no mail with it. starlette, uvicorn, argon2, pyotp, segno
and webauthn stay behind this door.
"""

from gateway.console.elsewhere import BACK
from gateway.console.house import House
from gateway.console.links import Links
from gateway.console.seal import Seal, opened_seal
from gateway.console.server import ConsoleServer

__all__ = ["BACK", "ConsoleServer", "House", "Links", "Seal", "opened_seal"]
