"""What a reviewer is shown of a held message, made harmless: `show` turns octets and findings into a `Shown`.

Text as it was read, with the passages that findings rest on marked where they stand; the message as its recipient would see
it, as HTML without scripts, forms, remote content or working links; its files and links, and what could not be read. `part`
gives the octets of one file, `frame` a picture on which something was found, with a box around it, `source` the beginning of
the message as it was written, `named` whom it names. For `show` and `named` a message is `Opened` once.

It does no I/O and knows no policy. It is to be run in a worker process (`gateway.viewer`), as all that parses messages is.
It does not raise for anything in a message; `part` and `frame` raise KeyError for what is not there. nh3 stays behind this
door. What comes out is still to be served in a sandboxed frame: two locks hold better than one.
"""

from gateway.display.files import part
from gateway.display.frames import frame, frames
from gateway.display.names import named
from gateway.display.opened import Opened
from gateway.display.show import show, source
from gateway.display.types import File, Framed, Goes, Mark, Run, Shown, Text, Unviewable, writers

__all__ = [
    "File",
    "Framed",
    "Goes",
    "Mark",
    "Opened",
    "Run",
    "Shown",
    "Text",
    "Unviewable",
    "frame",
    "frames",
    "named",
    "part",
    "show",
    "source",
    "writers",
]
