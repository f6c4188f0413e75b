"""What senders said, in memory: the port Pleas beside the shelf in memory, with its transactions."""

from dataclasses import replace

from gateway.plea import appeal_until, may_appeal, may_assent, may_find, may_grant, may_state
from gateway.store import pleas, steps
from gateway.trail import Step


class MemoryPleas:
    def __init__(self, shelf):
        self._shelf = shelf
        self._said, self._appeals = {}, {}

    async def state(self, hold, statement, parcels):
        with self._shelf._transaction():
            may_state(self._shelf._holds[hold], answers=statement.answers, so_far=len(self._said.get(hold, ())))
            self._said[hold] = (*self._said.get(hold, ()), statement)
            self._shelf._put(parcels)
            detail = steps.stated(statement, self.print_of(hold), parcels)
            step = Step.ANSWERED if statement.answers else Step.EXPLAINED
            self._shelf._append(step, actor=statement.by, hold=hold, detail=detail)

    async def statements(self, hold):
        with self._shelf._transaction():
            return list(self._said.get(hold, ()))

    async def appeal(self, hold, appeal, parcels):
        with self._shelf._transaction():
            may_appeal(self._shelf._holds[hold], self._appeals.get(hold), appeal.at)
            self._appeals[hold] = appeal
            self._shelf._put(parcels)
            detail = steps.appealed(appeal, self.print_of(hold), parcels)
            self._shelf._append(Step.APPEALED, actor=appeal.by, hold=hold, detail=detail)

    async def appealed(self, hold):
        with self._shelf._transaction():
            return self._appeals.get(hold)

    async def open(self):
        with self._shelf._transaction():
            return sorted(hold for hold, appeal in self._appeals.items() if appeal.finding is None)

    async def assent(self, hold, assent, parcels):
        with self._shelf._transaction():
            self._shelf._holds[hold]
            self._appeals[hold] = replace(may_assent(self._appeals.get(hold), assent), assent=assent)
            self._shelf._put(parcels)
            detail = steps.granting(assent, self.print_of(hold), parcels)
            self._shelf._append(Step.ASSENTED, actor=assent.review.reviewer, hold=hold, detail=detail)

    async def remind(self, hold, reminded, parcels):
        with self._shelf._transaction():
            appeal = self._appeals.get(hold)
            if appeal is None or appeal.finding is not None or appeal.reminded >= reminded:
                return False
            self._appeals[hold] = replace(appeal, reminded=reminded)
            self._shelf._put(parcels)
            detail = steps.reminded(reminded, parcels, pleas=self.print_of(hold))
            self._shelf._append(Step.REMINDED, hold=hold, detail=detail)
            return True

    async def find(self, hold, finding, review, parcels):
        with self._shelf._transaction():
            held = self._shelf._holds[hold]
            appeal = may_find(self._appeals.get(hold), finding.by)
            if review is not None:
                may_grant(held, appeal, review)
                self._shelf._holds[hold] = replace(held, review=None).ruled(review)
            self._appeals[hold] = replace(appeal, finding=finding)
            self._shelf._put(parcels)
            step, said = steps.found(finding, review, self.print_of(hold), parcels)
            self._shelf._append(step, actor=finding.by, hold=hold, detail=said)

    def needed(self, held, now):
        appeal, until = self._appeals.get(held.mail.id), appeal_until(held)
        return appeal.finding is None if appeal else until is not None and now < until

    def silence(self, hold):
        self._said[hold] = tuple(replace(one, text=pleas.DESTROYED) for one in self._said.get(hold, ()))
        if hold in self._appeals:
            self._appeals[hold] = replace(self._appeals[hold], text=pleas.DESTROYED)
        return self.print_of(hold)

    def files(self, hold):
        return pleas.as_files(*self._records(hold))

    def print_of(self, hold):
        said, appeal = self._records(hold)
        return pleas.print_over([*said, *appeal])

    def copy(self):
        return dict(self._said), dict(self._appeals)

    def restore(self, copied):
        self._said, self._appeals = copied

    def _records(self, hold):
        said = [pleas.write_statement(one) for one in self._said.get(hold, ())]
        return said, [pleas.write_appeal(self._appeals[hold])] if hold in self._appeals else []
