"""What people are told of a held message: each notice is Mail from the null sender, for the outbox to send.

It does no I/O but to load its templates once, sends nothing, and decides neither what is held nor how many notices
somebody gets in an hour. It fails by raising Mistakes when templates cannot be used, and afterwards only where its caller
erred: a ruling that is not there, a held message whose octets are gone, a reviewer's address that no command can hold.

Who is told what:

- A hold and a release answer a message (RFC 3834). They are plain notices, and are not sent where that RFC forbids it: to
  the null sender, robots, lists, automatic mail. A hold is no `delayed` report: RFC 3464 §2.3.3 keeps that word for a
  relay that goes on trying to deliver, and mail programs that read "delayed" hide the words that matter here.
- A denial, by a person or by the deadline, a message returned for revision, and the part of a release that leaves recipients
  out, come after we accepted the message. They are delivery failures and told as such: `Action: failed`, `Status: 5.7.1`
  (RFC 3464), whatever kind of mail it was, so that none disappears without a word. What its sender withdrew is none.
- NOTIFY=NEVER keeps a recipient out of every delivery report. Where it leaves none of a denial to report, the sender gets
  the same words as a plain notice: NOTIFY speaks of delivery reports (RFC 3461 §4.1), not of a person's ruling and its
  reasons, which a member must never learn by silence. RFC 3834 holds for this notice too.
- What the relay refuses after a release is a delivery report and nothing else, so NOTIFY decides alone.
- Reviewers are told everything, as mail that answers nobody (`auto-generated`), threaded by the hold's id.

Passages of the message go only to its sender and to its reviewers, the rule's place in the policy only to the latter.
The words are the same for everybody: templates know no sender, party, association or faith.
"""

from gateway.notice.notices import Notices, Wishes
from gateway.notice.scenes import Passed
from gateway.notice.told import Item, Told, Waits

__all__ = ["Item", "Notices", "Passed", "Told", "Waits", "Wishes"]
