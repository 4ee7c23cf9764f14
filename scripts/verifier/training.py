"""A training checked from its messages alone (protocols/transcript.md 9): its form (T10, T13), the places of
checkpoints (T16), what the outcome says of it (T15), its steps and its end (T23), how much was opened (T24)."""

from verifier import messages
from verifier.facts import Facts
from verifier.families import FAMILIES
from verifier.fitting import MOST_THETAS
from verifier.following import Follower
from verifier.job import (
    COX, FAMILY_NAMES, KAPLAN_MEIER, LINEAR, LOGRANK, METRICS, SCORES, STANDARD_ERRORS, SURVIVAL,
)
from verifier.levels import Comparison
from verifier.layouts import ciphertext_bytes
from verifier.reading import demand


# For each pass a window of 14 bits and six finer ones, in a fit five traces and a bit for the range.
BITS_OF_PASS, BITS_OF_FIT = 26, 61
# As a job has it.
PASSIVE_ROLE = 2
# For four numbers about reciprocals.
BITS_OF_RISK_SETS = 48


def decision_bits(job):
    """Most bits that a fit may open for its decisions (protocols/disclosure.md 2.2)."""
    passes = 0 if job.family == LINEAR else job.most_passes
    more = MOST_THETAS if job.estimates_theta else BITS_OF_RISK_SETS if job.family == COX else 0
    return BITS_OF_FIT + BITS_OF_PASS * passes + more


class TrainingInspector:
    """Takes each record after all that it had seen. Only `bulk` may be without a payload."""

    bulk = messages.BULK

    def __init__(self, job):
        self.job, self.active, self.passive = job, job.active["name"], job.passive["name"]
        self.shared_columns = job.active["columns"] + 1, job.passive["columns"]
        # Of the two of this session.
        self.columns = dict(zip((self.active, self.passive), self.shared_columns))
        self.setups, self.bits, self.follower = {}, {}, None

    def take(self, record):
        kind, payload = record["type"], record["payload"]
        if kind == messages.SETUP:
            self.take_setup(messages.read_setup(payload), record)
        elif kind == messages.KEY:
            self.take_key(messages.key_bits(payload), record["from"])
        elif kind == messages.PARAMETERS or self.follower is None:
            return
        elif kind == messages.BOUNDS:
            bounds = messages.read_bounds(payload)
            demand(self.family().allows(bounds, self.is_weighted, self.has_offset), "T13", "boundsNotAllowed")
            self.follower.begin(self.facts(bounds))
        elif kind == messages.WINDOW:
            self.follower.take_window(record, *messages.read_window(payload))
        elif kind == messages.RESULTS:
            self.follower.take_results(record, messages.read_bytes(payload, messages.MOST_RESULT_BYTES))
        elif kind == messages.SCORES:
            self.follower.take_scores(record, messages.score_count(payload))
        elif kind == messages.HANDOVER_KEY:
            self.follower.take_handover_key(record, self.ciphertexts(record))
        elif kind == messages.HANDOVER:
            self.follower.take_handover(record, messages.content_size(record))
        elif kind == messages.SEALED_RESULTS:
            self.follower.take_own_results(record, self.ciphertexts(record))
        else:
            self.follower.take_ciphertexts(record, self.ciphertexts(record))

    def take_checkpoint(self, record):
        if self.follower:
            self.follower.take_checkpoint(record)

    def take_setup(self, setup, record):
        other = self.setups.get(record["to"], setup)
        demand(all(setup[name] == other[name] for name in ("rows", "test rows")), "T10", "setupsDiffer")
        demand(setup["columns"] == self.columns[record["from"]], "T13", "columnsNotAllowed")
        self.setups[record["from"]] = setup

    def take_key(self, bits, sender):
        """With both keys everything public is known but the bounds."""
        self.bits[sender] = bits
        if len(self.bits) < 2 or len(self.setups) < 2 or self.follower:
            return
        demand(len(set(self.bits.values())) == 1, "T13", "keySizeMismatch")
        demand(self.setup["rows"] > 0, *messages.MALFORMED)
        self.follower = self.new_follower()

    def new_follower(self):
        return Follower(self.active, self.passive, self.score_rows())

    def score_rows(self):
        """Of each message with scores at the end."""
        rows, test_rows = self.setup["rows"], self.setup["test rows"]
        return ([rows] + [test_rows] * (test_rows > 0)) if SCORES in self.job.reveals else []

    @property
    def setup(self):
        """What both say alike."""
        return next(iter(self.setups.values()))

    @property
    def key_bits(self):
        return next(iter(self.bits.values()))

    def ciphertexts(self, record):
        """How many: those of either key have one width."""
        width = ciphertext_bytes(self.key_bits)
        size = messages.content_size(record)
        demand(size % width == 0, "T10", "wrongLength")
        return size // width

    @property
    def rows(self):
        return self.setup["rows"]

    def family(self):
        return FAMILIES[FAMILY_NAMES[self.job.family]]

    @property
    def is_weighted(self):
        return self.job.active["weights"] is not None

    @property
    def has_offset(self):
        return any(self.job.active[name] is not None for name in ("offset", "exposure"))

    def held_out(self):
        """Rows kept aside of which sums are opened (5.9)."""
        count, reveals = self.setup["test rows"], self.job.reveals
        is_open = METRICS in reveals and SCORES not in reveals and count >= max(1, self.job.least_cell)
        return count if is_open else 0

    def curve_points(self):
        """Times of a survival curve, where the job reveals one."""
        return self.job.curve_points() if SURVIVAL in self.job.reveals else 0

    def comparison(self):
        """Of levels, where a passive party has the column."""
        job, found = self.job, self.job.compared()
        if not found or found[0][0] != PASSIVE_ROLE:
            return None
        times = len(job.times) if KAPLAN_MEIER in job.reveals else 0
        # Of parties that share no numbers the one that has it.
        further = [place for place, party in enumerate(getattr(job, "others", ())) if found[0][1] in party["features"]]
        place = further[0] if further else None
        return Comparison(len(found[0][1].levels), LOGRANK in job.reveals, times, job.least_cell, place)

    def events(self):
        """Places for events: all rows where the job names no number."""
        return min(self.job.most_events or self.rows, self.rows) if self.job.is_survival else 0

    def facts(self, bounds):
        job, (active, passive) = self.job, self.shared_columns
        shows_fit, has_penalty, family = METRICS in job.reveals, job.l2 > 0 or job.l1 > 0, self.family()
        return Facts(
            family, self.rows, active, passive, self.key_bits, bounds, others=job.other_columns,
            penalty=job.l2, tolerance=10 * job.tolerance, most_passes=job.most_passes, decision_bits=decision_bits(job),
            errors=STANDARD_ERRORS in job.reveals and not has_penalty,
            loss=not family.is_linear and (shows_fit or not has_penalty), brier=family.is_binary and shows_fit,
            weighted=self.is_weighted, theta=job.estimates_theta, robust=job.has_robust_errors,
            held_out=self.held_out(), folds=job.folds, events=self.events(), curve_points=self.curve_points(), net=job.l1 > 0,
            comparison=self.comparison(),
        )

    def finish(self, counts):
        """Where there is an outcome: its counts are those of the messages, and the training came to its end."""
        if self.follower is None:
            return
        demand(counts.get("fitted", self.rows) == self.rows, "T15", "countMismatch")
        passes = self.follower.passes
        demand(counts.get("passes", passes) == passes, "T15", "passesMismatch")
        # Without columns that were left out, and without a constant that cancels out.
        facts = self.follower.facts
        parameters = facts.parameters if facts else sum(self.shared_columns) + sum(self.job.other_columns)
        parameters -= 1 if self.job.family == COX else 0
        demand(counts.get("parameters", parameters) == parameters, "T15", "countMismatch")
        converged = int(self.follower.is_converged)
        demand(counts.get("converged", converged) == converged, "T15", "convergenceMismatch")
        self.follower.finish()
