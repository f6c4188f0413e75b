"""Story 1: a message's life, from the end of DATA to the reply. Read this first.

`judge` is pure, and the same function serves SMTP, `hatchway explain` and the tests. `Pipeline.submit` does what was
decided. It knows neither sockets nor SQL.

How it fails: 250 is a promise (RFC 5321 §6.1), given only after the relay's own 250 or after the hold is on stable storage.
A store that cannot write is 451 to the client. What the relay refuses is the relay's reply. A judgement that fails is
decided by the sender's policy, under `on error`. Anything else is raised, and the door answers 451.
"""

from contextlib import suppress
from datetime import datetime
from typing import assert_never

import structlog

from gateway.classify import Classifier
from gateway.decision import Decision, Defer, Hold, Reject, Relay, Tag
from gateway.hold import HeldMail
from gateway.mail import Mail, Reply
from gateway.mail.header import block, forged, outgoing, own_field
from gateway.mail.trace import received
from gateway.policy import Rulebook
from gateway.ports import Clock, HoldStore, Judge, Judgement, StoreUnavailable, Transaction
from gateway.post import Post
from gateway.reading import Reader

log = structlog.get_logger()

STORE_AWAY = Reply(code=451, status="4.3.0", text="Held mail cannot be stored now, please try again later")


def judge(mail: Mail, *, reader: Reader, classifier: Classifier, rulebook: Rulebook, at: datetime) -> Judgement:
    """Read, classify, decide.

    What is dear to read is read where it could still change the decision, and in all that is held: who rules on it sees it.
    """
    content = mail.content.read()
    reading = reader.read(content, dear=False)
    verdict = classifier.classify(reading)
    decision = rulebook.decide(mail.envelope, reading.authors, verdict, at)
    held = isinstance(decision.disposition, Hold)
    if reading.put_off and (held or not rulebook.settled(mail.envelope, reading.authors, verdict, at)):
        reading = reader.read(content, after=reading)
        decision = rulebook.decide(mail.envelope, reading.authors, classifier.classify(reading), at)
    return Judgement(decision=decision, subject=reading.subject)


class Pipeline:
    """What becomes of each message."""

    def __init__(self, *, judge: Judge, store: HoldStore, post: Post, clock: Clock, hostname: str) -> None:
        self._judge = judge
        self._store = store
        self._post = post
        self._clock = clock
        self._hostname = hostname

    async def submit(self, mail: Mail, transaction: Transaction) -> Reply:
        """The reply to the final dot. `transaction` is open at the relay, and is over when this returns."""
        judgement = await self._judge.judge(mail)
        reply = (await self._dispose(mail, judgement, transaction)).naming(mail.id)
        with suppress(OSError):  # a full disk under the log, or a spool file that is gone, makes nothing undone that was done
            _log(mail, judgement.decision, reply)
        return reply

    async def _dispose(self, mail: Mail, judgement: Judgement, transaction: Transaction) -> Reply:
        match judgement.decision.disposition:
            case Relay():
                return await self._relay(mail, judgement.decision, Tag(headers=()), transaction)
            case Tag() as tag:
                return await self._relay(mail, judgement.decision, tag, transaction)
            case Hold():
                return await self._hold(mail, judgement, transaction)
            case Reject(reply=reply) | Defer(reply=reply):
                await transaction.abort()
                return reply
            case other:
                assert_never(other)

    async def _relay(self, mail: Mail, decision: Decision, tag: Tag, transaction: Transaction) -> Reply:
        trials = tuple(("X-Hatchway-Dry-Run", f"{trial.would} {trial.rule}") for trial in decision.trials)
        fields = [own_field(name, value) for name, value in (*tag.headers, *trials)]
        prepend = [received(mail, self._hostname), *fields]
        return await transaction.send(outgoing(mail.content, prepend=prepend, subject=tag.subject))

    async def _hold(self, mail: Mail, judgement: Judgement, transaction: Transaction) -> Reply:
        held = HeldMail(mail=mail, decision=judgement.decision, since=self._clock.now(), subject=judgement.subject)
        try:
            await self._store.hold(held, await self._post.on_hold(held))
        except StoreUnavailable:
            log.exception("hold.failed", id=mail.id)
            return STORE_AWAY
        finally:
            await transaction.abort()
        return Reply(code=250, status="2.0.0", text=f"Ok: held for review as {mail.id}")


def _log(mail: Mail, decision: Decision, reply: Reply) -> None:
    """The one line of a message: who, how it was judged, by which rule, and what the client was told. No content."""
    verdict, sender = decision.verdict, mail.envelope.sender
    log.info(
        "mail.disposed",
        id=mail.id,
        sender=str(sender) if sender else "<>",
        recipients=len(mail.envelope.recipients),
        client=mail.envelope.client.address,
        size=mail.content.size,
        verdict=",".join(f"{category}:{label}" for category, label in verdict.labels.items()) if verdict else "none",
        unread=len(verdict.unread) if verdict else 0,
        forged=forged(block(mail.content)),
        disposition=decision.word,
        policy=decision.policy,
        because=decision.because,
        rule=str(decision.rule),
        authority=", ".join(authority.name for authority in decision.authority),
        dry_run=", ".join(f"{trial.would} {trial.rule}" for trial in decision.trials),
        reply=reply.code,
        relay=reply.text if decision.word in {"relay", "tag"} else "",
    )
