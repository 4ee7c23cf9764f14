"""A session of a holder, the active party or the helper, with a further party of a fit (protocols/multiparty-training.md): what the
holder announces takes the place of windows, and decisions follow from it."""

from verifier import messages, steps
from verifier.expecting import ACTIVE, CHECKPOINT, PASSIVE
from verifier.following import StepFollower
from verifier.handing import BIT, Announced, Handing, Handover, Results
from verifier.openings import LeaverBit, RangeBits, ThetaBit
from verifier.reading import demand
from verifier.training import TrainingInspector

# The holder stands where the active party does with the helper, the further party where the helper does.
HOLDER, OTHER = ACTIVE, PASSIVE
# Both parties' bits together, and which of them is not the active party's.
BITS, OTHERS_BIT = 2, 2


class FurtherInspector(TrainingInspector):
    def __init__(self, job):
        super().__init__(job)
        other = next(party for party in job.pair if party is not job.holder)
        self.is_helper = job.holder is job.passive
        self.index = next(place for place, party in enumerate(job.others) if party is other)
        self.holder, self.other = job.holder["name"], other["name"]
        self.columns = {self.holder: self.shared_columns[int(self.is_helper)], self.other: other["columns"]}

    def take_setup(self, setup, record):
        super().take_setup(setup, record)
        # Of a label that the holder has, or was told of.
        has_scale = self.family().is_linear and record["from"] == self.holder
        demand(has_scale or setup["scale"] == 0, "T13", "boundsNotAllowed")

    def new_follower(self):
        return FurtherFollower(self.holder, self.other, self.score_rows(), self.index, self.is_helper)


class FurtherFollower(StepFollower):
    def __init__(self, holder, other, score_rows, index, is_helper):
        super().__init__(holder, other, score_rows)
        self.index, self.is_helper = index, is_helper
        # What the party said of its own part, since the last announcement.
        self.bit = None

    def begin(self, facts):
        self.expect(OTHER, messages.HANDOVER_KEY)
        super().begin(facts)

    def exchanges_of(self, facts):
        return Handing(facts, self.index, self.is_helper)

    # What came

    take_ciphertexts = StepFollower.take_numbers

    def take_window(self, record, bits, value):
        next = self.next(record)
        demand(bits == (1 if next.size == BIT else next.size), "T24", "openedTooMuch")
        if next.size != BIT:
            # Whatever the party has to send first is in what is announced.
            due = self.expected[self.names[OTHER]]
            demand(all(one.kind == CHECKPOINT for one in due), "T23", "stepMismatch")
        self.expected[record["from"]].popleft()
        if next.size == BIT:
            self.bit = value
        elif isinstance(self.opening, RangeBits):
            demand(self.is_possible(value), "T23", "stepMismatch")
            self.bit = None
            self.take_number(float(value))
        else:
            self.take_number(self.opening.take(value, 0))

    def is_possible(self, bits):
        """Whether that can be what all parties' bits came to."""
        if isinstance(self.opening, ThetaBit):
            return bits < OTHERS_BIT
        if isinstance(self.opening, LeaverBit):
            # One party's, and no other.
            return bits in ((0, OTHERS_BIT) if self.bit is None else (OTHERS_BIT * self.bit,))
        return not self.bit or bits & OTHERS_BIT

    def take_own_results(self, record, count):
        demand(count == self.next(record).size.count, "T24", "openedTooMuch")
        self.expected[record["from"]].popleft()

    # What comes next

    def expect_step(self, step):
        for item in self.exchanges.of(step):
            self.round += 1
            if isinstance(item, Handover):
                self.expect(OTHER, messages.HANDOVER, item)
            elif isinstance(item, Results):
                self.expect(HOLDER, messages.SEALED_RESULTS, item)
            elif isinstance(item, Announced):
                self.expect(HOLDER, messages.RESULTS, item.widths)
            elif item == BIT:
                self.expect(OTHER, messages.WINDOW, BIT)
            else:
                (request, reply), exchange = item
                self.expect(HOLDER, request, exchange.request)
                self.expect(OTHER, reply, exchange.reply)
        if step[0] == steps.SIGN:
            self.expect_checkpoints()

    def expect_windows(self):
        """An announcement in their place."""
        self.round += 1
        self.expect(HOLDER, messages.WINDOW, BITS if isinstance(self.opening, RangeBits) else self.opening.width)

    def expect_scores(self):
        """The party splits them."""
        if self.score_rows:
            self.expect_checkpoints()
        self.expect_handovers_of_scores()
