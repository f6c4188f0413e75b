"""Whose mail is treated how, and on what authority: `(Envelope, authors, Verdict, time) → Decision`.

The room reads the YAML in `policies/` and decides by it. It does not know how a verdict is made, and does no I/O but for
reading the files. `load_rulebook` fails by raising `gateway.source.Mistakes` with everything that is wrong in all files;
nothing is half loaded. A Rulebook never fails: it is pure and total.

How a decision is made:

- Every identity that a message claims picks a policy: the envelope sender, the login it was sent under, and every address
  in From, Sender, Resent-From, Resent-Sender and Reply-To, those merely shown in a display name or a comment included. The
  first entry under `senders` that holds the identity picks the policy; the last entry is `anyone`, and the null sender is
  `null sender`, or else anyone too. An entry marked `dry run` is noted (what would its policy have done?), and the next
  one that fits counts.
- In each policy so picked, the first rule whose conditions all fit decides. A rule marked `dry run` is noted, and the next
  one is tried.
- The strictest of these decisions is the message's: reject, hold, defer, tag, relay, in that order. Among equals that of
  the envelope sender stands. So a claim can make a decision stricter and never milder; a message from an exempt sender in
  the name of somebody who is not exempt is treated as the latter's.
- An author that cannot be read picks no policy, for nobody knows whose it would be; the policies that are picked say under
  `author: unreadable` what they make of it.
- A person is known by `Address.key` (no letter case, plus-tag or quoting makes another person) and with any sub-domain of
  the domain written. Look-alike widths (NFKC), invisible characters and encoded domain names (RFC 5890) are undone before.
- Who is in a directory's group is what that directory last said. Where it never said anything, what depends on it is left to
  the policy's `on error`: nobody passes for somebody else because a directory is away.
- A message is decided once, over its recipients as a set; one address given twice counts once, and a mailing list is one.
  A recipient that another host passes on (`all%department.example@relay.example`) is in the groups of both addresses;
  one at a host's number, or at no domain, may be in any.
"""

from gateway.policy.drawn import Drawn
from gateway.policy.group import mailbox
from gateway.policy.load import load_rulebook, policy_texts
from gateway.policy.rulebook import Rulebook
from gateway.policy.written import is_mailbox

__all__ = ["Drawn", "Rulebook", "is_mailbox", "load_rulebook", "mailbox", "policy_texts"]
