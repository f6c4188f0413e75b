"""Asking a directory: whether a name and a password go together, and which groups somebody is in (RFC 4511, RFC 4513).

Somebody is looked up, then bound as, or bound as straight away by a template of his name. What people type is escaped
(RFC 4515 §3, RFC 4514 §2.4); an empty password asks nothing, because a server would take it for "no name at all" (RFC 4513
§5.1.2). ldap3 speaks the protocol in threads of its own, never in the loop, and follows no referral.

It says None for "they do not go together", and fails with `DirectoryAway` for everything that is not an answer: which setting
to look at, and what the server said. ldap3 stays behind this door.
"""

from gateway.ldap.directory import Directory
from gateway.ldap.wire import IN_CHAIN, DirectoryAway, Found, Line, escaped, line, same

__all__ = ["IN_CHAIN", "Directory", "DirectoryAway", "Found", "Line", "escaped", "line", "same"]
