"""Which message has to come next in a training, by the numbers opened so far: with its round, how many ciphertexts in
which chunk, how many bits (protocols/training.md 3 and 5)."""

from verifier import fitting, levels, messages, steps
from verifier.exchanges import Exchanges
from verifier.expecting import ACTIVE, PASSIVE, Expectations
from verifier.facts import CURVATURE_BITS, CURVE, ROBUST_VARIANCE
from verifier.handing import SCORE, TAG, Handover
from verifier.layouts import Cut
from verifier.openings import opening_of
from verifier.reading import demand

SCORES_A_CHUNK = 1 << 16


class StepFollower(Expectations):
    """Takes the decisions from numbers that are open: subclasses say what comes for a step, and how a number is opened."""

    def __init__(self, active, passive, score_rows):
        """`score_rows`: of each message with scores at the end."""
        super().__init__(active, passive)
        self.score_rows = score_rows
        self.facts = self.program = self.run = self.exchanges = self.opening = None
        self.has_result = False

    @property
    def passes(self):
        return self.program.passes if self.program else 0

    @property
    def is_converged(self):
        return self.has_result and self.program.is_converged

    def begin(self, facts):
        self.facts, self.program, self.exchanges = facts, fitting.Program(facts), self.exchanges_of(facts)
        self.run = self.program.run()
        self.go_on(None)

    def take_number(self, number):
        """One that is open; None where its next window is due."""
        if number is None:
            self.expect_windows()
        else:
            self.opening = None
            self.go_on(number)

    def take_handover_key(self, record, count):
        self.next(record)
        demand(count == 1, "T10", "wrongCount")
        self.expected[record["from"]].popleft()

    def take_handover(self, record, size):
        """Of so many bytes, its tag among them."""
        due = self.next(record).size
        numbers, rest = divmod(size - TAG, due.number_bytes)
        demand(numbers > 0 and rest == 0, "T10", "wrongCount")
        self.take_chunk(record, due.cut, numbers)

    def expect_handovers_of_scores(self):
        for rows in self.score_rows:
            self.round += 1
            self.expect(PASSIVE, messages.HANDOVER, Handover(rows, SCORE))

    def finish(self):
        is_open = any(self.expected.values()) or self.opening is not None
        demand(self.has_result and not is_open, "T23", "fitNotFinished")

    def go_on(self, number):
        """To the next opening or the end."""
        try:
            while self.opening is None:
                step = self.run.send(number)
                number = None
                if step[0] == steps.LEAVE_OUT:
                    self.facts = self.facts.without_column(*step[1:])
                    self.exchanges = self.exchanges_of(self.facts)
                self.expect_step(step)
                self.opening = opening_of(step, self.facts) if step[0] in steps.OPENINGS else None
            self.expect_windows()
        except StopIteration:
            self.has_result = True
            self.expect_scores()
        except fitting.NoResult:
            pass


class Follower(StepFollower):
    """Of the two that have shares."""

    exchanges_of = Exchanges

    def __init__(self, *of):
        super().__init__(*of)
        self.windows = {}

    # What came

    take_ciphertexts = take_scores = Expectations.take_numbers

    def take_window(self, record, bits, value):
        demand(bits == self.next(record).size, "T24", "openedTooMuch")
        self.expected[record["from"]].popleft()
        self.windows[record["from"]] = value
        if len(self.windows) < 2:
            return
        windows, self.windows = self.windows, {}
        self.take_number(self.opening.take(*(windows[self.names[role]] for role in (ACTIVE, PASSIVE))))

    # What comes next

    def expect_step(self, step):
        for owner, (request, reply), exchange in self.exchanges.of(step):
            self.round += 1
            self.expect(owner, request, exchange.request)
            self.expect(PASSIVE if owner == ACTIVE else ACTIVE, reply, exchange.reply)
        if step[0] == steps.SIGN:
            self.expect_checkpoints()
        elif step[0] == steps.COEFFICIENTS:
            self.expect_results(*self.facts.coefficient_widths(*step[1:]))
        elif step[0] == steps.VARIANCES:
            self.expect_results(*self.facts.variance_widths())
        elif step[0] in (steps.LEVEL_TEST, steps.LEVEL_CURVES):
            self.expect_results(levels.results(step[0], self.facts), [])
        elif step[0] == steps.CURVE:
            self.expect_results([CURVE] * self.facts.curve_points, [])
        elif step[0] == steps.CURVATURE:
            self.expect_results([CURVATURE_BITS], [])
        elif step[0] == steps.ROBUST_VARIANCES:
            self.expect_results(*self.facts.variance_widths(ROBUST_VARIANCE))
        elif step[0] == steps.CORRELATIONS:
            self.expect_results(*2 * [self.facts.correlation_widths()])
        elif step[0] == steps.JOINT_GRADIENT:
            self.expect_results(*2 * [self.facts.slope_widths()])
        elif step[0] in (steps.ALIASES, steps.MOVEMENTS):
            self.expect_results(*self.facts.naming_widths(step[0] == steps.ALIASES))
        elif step[0] == steps.PASSIVE_ALIASES:
            self.expect_results([], self.facts.naming_widths(True)[1])

    def expect_results(self, to_active, to_passive):
        """Each party sends what is the other's."""
        self.round += 1
        self.expect(ACTIVE, messages.RESULTS, to_passive)
        self.expect(PASSIVE, messages.RESULTS, to_active)

    def expect_windows(self):
        self.round += 1
        for sender in (ACTIVE, PASSIVE):
            self.expect(sender, messages.WINDOW, self.opening.width)

    def expect_scores(self):
        if self.score_rows:
            self.expect_checkpoints()
        if self.score_rows and self.facts.other_columns:
            # In clear, the other parties together would take their parts off.
            self.round += 1
            self.expect(PASSIVE, messages.HANDOVER_KEY)
            self.expect_handovers_of_scores()
            return
        for rows in self.score_rows:
            self.round += 1
            self.expect(PASSIVE, messages.SCORES, Cut(rows, SCORES_A_CHUNK))
