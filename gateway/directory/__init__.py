"""Who is in a directory's groups: asked in the background, kept on disk, handed to the policies.

What a directory last said of a group counts until it says something else, however long it is away. Each failure is in the log
and in the metrics, with the setting to look at. A group that had members and comes back empty is not believed: a right that
was taken from the one who asks looks just so, and would let restricted senders pass for anyone. What was never heard of is
unknown, and the policies then do what they say under `on error`.

LDAP and Graph are spoken to through `gateway.ldap` and `gateway.oidc`, which have those libraries.
"""

from gateway.directory.cache import cached
from gateway.directory.directories import Directories, Heard
from gateway.directory.kinds import source
from gateway.directory.sources import Away

__all__ = ["Away", "Directories", "Heard", "cached", "source"]
