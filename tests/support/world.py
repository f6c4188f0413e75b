"""A world for the stories: a fixed clock, a shelf in memory, real notices, and a relay that does as it is told."""

from dataclasses import dataclass, field
from datetime import timedelta

from gateway.delivery import Delivery, Patience
from gateway.hearing import Hearings
from gateway.mail import Address, Outgoing, Receipt, Reply
from gateway.notice import Notices
from gateway.pipeline import Pipeline
from gateway.ports import Judgement
from gateway.post import Post
from gateway.review import Reviews
from gateway.settings import Notices as Wishes
from tests.support.bench import Book, bench
from tests.support.mails import FixedClock
from tests.support.memory_store import MemoryStore

HOSTNAME = "hatchway.department.example"
ADMIN = Address.parse("postmaster@department.example")
OK = Reply(code=250, status="2.0.0", text="Ok: queued as R1")
RETRY = (timedelta(minutes=1), timedelta(minutes=10))


@dataclass
class Judge:
    """Gives the decision it was given."""

    judgement: Judgement

    async def judge(self, _mail):
        return self.judgement


@dataclass
class Transaction:
    """An open transaction; `reply` is what the relay says to the final dot."""

    reply: Reply = OK
    sent: list[bytes] = field(default_factory=list)
    aborted: int = 0

    async def send(self, message: Outgoing) -> Reply:
        self.sent.append(b"".join(message.chunks()))
        return self.reply

    async def abort(self) -> None:
        self.aborted += 1


@dataclass
class NextHop:
    """A relay for `deliver`: answers messages from `receipts` and notices from `notices` in turn, then takes everything."""

    receipts: list[Receipt] = field(default_factory=list)
    notices: list[Receipt] = field(default_factory=list)
    taken: list[tuple] = field(default_factory=list)

    async def deliver(self, envelope, message):
        self.taken.append((envelope, b"".join(message.chunks())))
        answers = self.receipts if envelope.sender else self.notices
        return answers.pop(0) if answers else Receipt(reply=OK)


class World:
    """All parts, wired as the service wires them."""

    def __init__(self, per_hour=20, give_up=timedelta(days=5), examples=None, clock=None, store=None):
        self.clock = clock or FixedClock()
        self.store = store or MemoryStore(self.clock)
        wishes = Wishes.model_validate_json('{"from": "hatchway@department.example", "contact": "the Chief\'s office"}')
        self.book, self.groups = Book(), {}
        notices = Notices(wishes, hostname=HOSTNAME)
        self.post = Post(notices, self.store, per_hour=per_hour, clock=self.clock, book=self.book, admins=[ADMIN])
        judges = bench(self.book, self.groups)
        self.reviews = Reviews(
            store=self.store, trail=self.store, post=self.post, bench=judges, clock=self.clock, examples=examples
        )
        self.hearings = Hearings(store=self.store, pleas=self.store.pleas, post=self.post, bench=judges, clock=self.clock)
        self.next_hop = NextHop()
        self.delivery = Delivery(
            outbox=self.store,
            store=self.store,
            next_hop=self.next_hop,
            post=self.post,
            clock=self.clock,
            patience=Patience(retry=RETRY, give_up=give_up),
            hostname=HOSTNAME,
        )

    def pipeline(self, decision, subject=""):
        judge = Judge(Judgement(decision=decision, subject=subject))
        return Pipeline(judge=judge, store=self.store, post=self.post, clock=self.clock, hostname=HOSTNAME)

    async def delivered(self):
        """Deliver all that is due; what the relay was given meanwhile, as (envelope, octets)."""
        before = len(self.next_hop.taken)
        while await self.delivery.deliver_due():
            pass
        return self.next_hop.taken[before:]
