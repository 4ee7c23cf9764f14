"""A fit followed from its messages alone (protocols/transcript.md 9): whether the parties' decisions are those that the
numbers exchanged ask for (T23), and whether no owner opened more numbers than its peer may ask for (T24)."""

import math

from verifier import messages, series
from verifier.fitting import END, GRADIENT, PRODUCTS, SUM, Schedule
from verifier.job import LINEAR, METRICS, STANDARD_ERRORS
from verifier.layouts import Chunks, Evaluation, Slots, exactly, up_log2
from verifier.messages import read_bytes, read_numbers
from verifier.reading import Failure, demand

# What the parties are at, in this order; which of them a job has follows from it.
FIT, FINAL_LOSS, BRIER, WEIGHTS, CROSS, CLOSING = "fit", "final loss", "brier", "weights", "cross", "closing"
LARGEST_BLOCK = 65
BUDGET = "T24", "decryptionBudgetExceeded"


class TrainingFollower:
    def __init__(self, job):
        self.job, self.active = job, job.active["name"]
        self.columns = {job.active["name"]: job.active["columns"] + 1, job.passive["name"]: job.passive["columns"]}
        # What is left to come; nothing is known before both keys are there.
        self.setups, self.bits, self.stages = {}, {}, None
        self.block_scale, self.evaluation, self.terms = 0.25, None, {}
        # One party's part of inner products or of a sum, until the other's is there.
        self.part = self.share = None
        # Who has asked in this round, how many bytes owners may return next, ciphertexts of the cross block so far.
        self.asked, self.due, self.parts = set(), {}, 0
        # Whether the job had to end without a result.
        self.end = False

    def take(self, record):
        """A message of the training, each after all that it had seen."""
        kind, payload, sender, chunk = record["type"], record["payload"], record["from"], record["chunk"]
        if kind == messages.SETUP:
            self.setups[sender] = messages.read_setup(payload)
        elif kind == messages.KEY:
            self.bits[sender] = messages.key_bits(payload)
            if len(self.bits) == 2 and self.stages is None:
                self.begin()
        elif self.stages is None:
            return
        elif kind == messages.BLOCK_SCALE:
            self.take_block_scale(read_numbers(payload))
        elif kind == messages.RANGE:
            self.take_range(read_numbers(payload))
        elif kind == messages.SLOPES:
            self.take_slopes(read_numbers(payload), sender)
        elif kind == messages.PRODUCTS_OF_PAIRS:
            self.take_products(read_numbers(payload), sender)
        elif kind == messages.SUM_SHARE:
            self.take_share(messages.read_share(payload), sender)
        elif kind in (messages.COEFFICIENTS, messages.RESULTS, messages.SHARES):
            self.take_rows(kind, self.ciphertexts(payload), chunk)
        elif kind == messages.BASIS:
            self.take_basis(self.ciphertexts(payload), chunk)
        elif kind == messages.MASKED_SUMS:
            self.take_masked(self.ciphertexts(payload), sender, record["to"])
        elif kind == messages.OPENED_SUMS:
            self.take_opened(len(read_bytes(payload)), sender)
        elif kind == messages.OFFSET:
            self.take_offset(read_numbers(payload))

    def ciphertexts(self, payload):
        """How many: those of either key have one width."""
        width, length = 2 * ((self.key + 7) // 8), len(read_bytes(payload))
        demand(length % width == 0, "T10", "wrongLength")
        return length // width

    def begin(self):
        """With both keys everything public is known."""
        demand(len(set(self.bits.values())) == 1, "T13", "keySizeMismatch")
        demand(len(self.setups) == 2, *messages.MALFORMED)
        one, other = self.setups.values()
        for name in ("rows", "test rows"):
            demand(one[name] == other[name], "T10", "setupsDiffer")
        for party, setup in self.setups.items():
            demand(setup["columns"] == self.columns[party], "T13", "columnsNotAllowed")
        self.rows, self.key = one["rows"], next(iter(self.bits.values()))
        demand(self.rows > 0, *messages.MALFORMED)
        job, counts = self.job, self.columns.values()
        self.schedule = Schedule(job.l2, job.tolerance, job.most_passes)
        if job.family == LINEAR:
            self.stages = [CROSS, CLOSING]
            return
        # protocols/training.md 6.
        informs = STANDARD_ERRORS in job.reveals and job.l2 == 0 and max(counts) <= LARGEST_BLOCK
        informs = informs and self.rows >= 5 * sum(counts) * (sum(counts) + 1)
        self.stages = [FIT]
        if self.opens_loss:
            self.stages.append(FINAL_LOSS)
        if METRICS in job.reveals:
            self.stages.append(BRIER)
        if informs:
            self.stages += [WEIGHTS, CROSS]
        self.stages.append(CLOSING)

    @property
    def opens_loss(self):
        return self.job.l2 == 0 or METRICS in self.job.reveals

    @property
    def stage(self):
        return self.stages[0] if self.stages else None

    # Steps and stop (T23)

    def go_on(self):
        demand(not self.end, "T23", "stopMismatch")

    def settle(self):
        """After a decision: a fit that ended gives way to what follows."""
        if self.schedule.request[0] == END and self.stage == FIT:
            self.stages.pop(0)
            self.end = self.end or not (self.opens_loss or self.schedule.is_usable)

    def take_block_scale(self, values):
        demand(len(values) == 1 and 0 < values[0] <= 0.25, "T13", "blockScaleNotAllowed")
        demand(math.frexp(values[0])[0] == 0.5, "T13", "blockScaleNotAllowed")
        self.block_scale = values[0]

    def take_range(self, values):
        self.go_on()
        demand(self.evaluation is None, "T23", "stepMismatch")
        exactly(len(values), 2)
        radius, terms = values
        request, rows = self.schedule.request, self.rows
        asks = request[0] if self.stage == FIT else None
        if asks == GRADIENT:
            if request[2] and values == [0, 0]:
                self.schedule.took_out_of_range()
                self.settle()
                return
            kind, bound = series.MEAN, request[1] * math.sqrt(self.block_scale) / (4 * math.sqrt(rows))
        elif asks == SUM or self.stage == FINAL_LOSS:
            kind, bound = series.LOSS, min(1e-7, 1e-3 / rows)
        elif self.stage == BRIER:
            kind, bound = series.BRIER, min(1e-7, 1e-3 / rows)
        elif self.stage == WEIGHTS:
            kind, bound = series.WEIGHT, 1e-4 * self.block_scale
        else:
            raise Failure("T23 stepMismatch")
        demand(radius in series.RANGES, "T13", "rangeNotAllowed")
        question = kind, radius, bound
        if question not in self.terms:
            self.terms[question] = series.required_terms(*question)
        expected = self.terms[question]
        demand(expected is not None, "T13", "rangeNotAllowed")
        # The last digits of exp and cos are nobody's fault.
        demand(terms % 2 == 0 and terms >= 2 and abs(terms - expected) <= 2, "T23", "termsMismatch")
        self.evaluation = Evaluation(kind, radius, int(terms), rows, self.key)
        self.asked, self.due = set(), {}

    def joint(self, values, sender, count):
        """Both parties' parts, added; None at the first."""
        demand(len(values) == count, "T10", "wrongCount")
        demand(all(map(messages.is_rounded, values)), "T23", "scalarNotRounded")
        if self.part is None:
            self.part = sender, values
            return None
        first, self.part = self.part, None
        demand(first[0] != sender and len(first[1]) == count, "T23", "stepMismatch")
        return [a + b for a, b in zip(first[1], values)]

    def take_slopes(self, values, sender):
        asks = self.stage == FIT and self.schedule.request[0] == GRADIENT
        demand(asks and self.evaluation is not None, "T23", "stepMismatch")
        joint = self.joint(values, sender, 2)
        if joint:
            radius, self.evaluation = self.evaluation.radius, None
            self.schedule.took_gradient(joint[0], joint[1], radius)
            self.settle()

    def take_products(self, values, sender):
        demand(self.stage == FIT and self.schedule.request[0] == PRODUCTS, "T23", "stepMismatch")
        joint = self.joint(values, sender, 5 * self.schedule.request[1] - 1)
        if joint:
            self.schedule.took_products(joint)
            self.settle()

    def take_share(self, value, sender):
        kind = self.evaluation.kind if self.evaluation else None
        in_fit = self.stage == FIT and self.schedule.request[0] == SUM
        expected = series.LOSS if in_fit else {FINAL_LOSS: series.LOSS, BRIER: series.BRIER}.get(self.stage)
        demand(kind is not None and kind == expected, "T23", "stepMismatch")
        if self.share is None:
            self.share = sender, value
            return
        first, self.share, self.evaluation = self.share, None, None
        demand(first[0] != sender, "T23", "stepMismatch")
        total = (first[1] + value) % 2**128
        total = (total - 2**128 if total >= 2**127 else total) / 2**44
        # Every row on its right side: the labels separate, and the job should have ended.
        self.end = self.end or (kind == series.LOSS and self.job.l2 == 0 and total < math.log(2))
        if in_fit:
            self.schedule.took_sum()
            self.settle()
            return
        self.end = self.end or (self.stage == FINAL_LOSS and not self.schedule.is_usable)
        self.stages.pop(0)

    def take_offset(self, values):
        """The last message that every training has."""
        self.go_on()
        demand(self.stage == CLOSING, "T23", "stopMismatch")
        exactly(len(values), 1)
        self.stages.pop(0)

    def finish(self):
        """Where there is an outcome."""
        if self.stages is not None:
            self.go_on()
            is_usable = self.job.family == LINEAR or self.schedule.is_usable
            demand(not self.stages and is_usable, "T23", "stopMismatch")

    # What is opened (T24)

    def take_rows(self, kind, count, chunk):
        demand(self.evaluation is not None, "T23", "stepMismatch")
        rows = self.evaluation.chunks.rows_of(chunk)
        if kind == messages.RESULTS:
            # The active party opens these for itself alone: as many groups as the rows make.
            exactly(count, -(-rows // self.evaluation.group), BUDGET)
        else:
            exactly(count, rows * (self.evaluation.per_row if kind == messages.COEFFICIENTS else 1))

    def take_basis(self, count, chunk):
        demand(self.stage == CROSS, "T23", "stepMismatch")
        vectors, slots = self.cross()
        per_row = slots.ciphertexts(vectors) * (1 if self.job.family == LINEAR else 2)
        exactly(count, per_row * Chunks(self.rows, 1, per_row * 2 * ((self.key + 7) // 8)).rows_of(chunk))

    def cross(self):
        """The active party's vectors, and how a row of them is packed."""
        is_linear = self.job.family == LINEAR
        width = (56 if is_linear else 60) + up_log2(self.rows)
        return self.columns[self.active] + is_linear, Slots(width, self.key)

    def allowance(self, evaluator):
        """Sums that a party may have opened now, and how they are packed; None if none."""
        columns, rows = self.columns[evaluator], up_log2(self.rows)
        is_new = self.evaluation is not None and evaluator not in self.asked
        if self.stage == FIT and is_new and self.evaluation.kind == series.MEAN:
            self.asked.add(evaluator)
            return columns, Slots(64 + rows, self.key)
        if self.stage == WEIGHTS and is_new:
            self.asked.add(evaluator)
            return columns * (columns + 1) // 2, Slots(62 + rows, self.key)
        if self.stage == CROSS and evaluator != self.active:
            vectors, slots = self.cross()
            width = min(slots.count, vectors - self.parts * slots.count)
            if width > 0:
                self.parts += 1
                return columns * width, Slots(slots.width, self.key, width)
        return None

    def take_masked(self, count, evaluator, owner):
        allowed = self.allowance(evaluator)
        demand(allowed, *BUDGET)
        sums, slots = allowed
        exactly(count, slots.ciphertexts(sums), BUDGET)
        self.due[owner] = slots.opened_bytes(sums)

    def take_opened(self, length, owner):
        allowed = self.due.pop(owner, -1)
        demand(length <= allowed, *BUDGET)
        demand(length == allowed, "T10", "wrongLength")
        if self.stage == WEIGHTS and len(self.asked) == 2 and not self.due:
            self.evaluation = None
            self.stages.pop(0)
        elif self.stage == CROSS:
            vectors, slots = self.cross()
            if self.parts == slots.ciphertexts(vectors):
                self.stages.pop(0)
