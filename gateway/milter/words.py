"""The words of the protocol: commands, replies, and the bits of its negotiation (libmilter/mfdef.h of Sendmail, version 6)."""

from enum import IntFlag

VERSION = 6

ABORT = b"A"
BODY = b"B"
CONNECT = b"C"
MACROS = b"D"
END = b"E"
HELO = b"H"
QUIT_NEW = b"K"
HEADER = b"L"
MAIL = b"M"
END_OF_HEADER = b"N"
OPTIONS = b"O"
QUIT = b"Q"
RCPT = b"R"
DATA = b"T"
UNKNOWN = b"U"

ACCEPT = b"a"
CONTINUE = b"c"
DISCARD = b"d"
INSERT_HEADER = b"i"
ADD_HEADER = b"h"
CHANGE_HEADER = b"m"
PROGRESS = b"p"
DEFER = b"t"
REPLY = b"y"


class Actions(IntFlag):
    """What we may do to a message."""

    ADD_HEADERS = 0x1
    CHANGE_HEADERS = 0x10
    NAME_MACROS = 0x100


class Steps(IntFlag):
    """Of which steps we are not told, to which we do not answer, and how a header field is told."""

    NO_UNKNOWN = 0x100
    NO_DATA = 0x200
    SILENT_HEADER = 0x80
    SILENT_CONNECT = 0x1000
    SILENT_HELO = 0x2000
    SILENT_END_OF_HEADER = 0x40000
    SILENT_BODY = 0x80000
    LEADING_SPACE = 0x100000


SILENT = {
    CONNECT: Steps.SILENT_CONNECT,
    HELO: Steps.SILENT_HELO,
    HEADER: Steps.SILENT_HEADER,
    END_OF_HEADER: Steps.SILENT_END_OF_HEADER,
    BODY: Steps.SILENT_BODY,
    DATA: Steps(0),
    UNKNOWN: Steps(0),
}
"""Steps at which we have nothing to say: the MTA hears a CONTINUE, or nothing where it agreed to that."""

MACRO_NAMES = (
    (0, "j {daemon_name}"),
    (1, "{tls_version}"),
    (2, "i {auth_type} {auth_authen} {mail_addr}"),
    (3, "i {rcpt_addr}"),
    (5, "i"),
)
"""The macros we ask for, by the stage they come at (mfapi.h, SMFIM_)."""

NEEDED = Actions.ADD_HEADERS | Actions.CHANGE_HEADERS
TAKEN = NEEDED | Actions.NAME_MACROS
WANTED = (
    Steps.NO_UNKNOWN
    | Steps.NO_DATA
    | Steps.SILENT_HEADER
    | Steps.SILENT_CONNECT
    | Steps.SILENT_HELO
    | Steps.SILENT_END_OF_HEADER
    | Steps.SILENT_BODY
    | Steps.LEADING_SPACE
)
