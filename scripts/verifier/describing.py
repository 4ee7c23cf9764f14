"""A description of the cohort checked from its messages alone (protocols/describe.md): its form (T10), its groups, keys
and columns (T13), whether the job allows it (T14), what the outcome says of it (T15), its checkpoints (T16), its steps
and its end (T23), how much was opened (T24)."""

from verifier import cohort, messages
from verifier.cohort import Cohort, Column
from verifier.expecting import ACTIVE, CHECKPOINT, PASSIVE, Expectations
from verifier.job import DESCRIPTION, WEIGHTED_DESCRIPTION
from verifier.layouts import ciphertext_bytes
from verifier.reading import demand

SETUP, PARAMETERS, KEY, GROUPS = 0x0500, 0x0501, 0x0502, 0x0503
GROUP_VECTORS, GROUP_SUMS, CELL_SHARES, CELL_TESTS = 0x0510, 0x0511, 0x0512, 0x0513
HIDDEN_COLUMNS, NUMBERS, SCALES = 0x0514, 0x0515, 0x0516
# Ciphertexts and nothing else.
CIPHERTEXTS = {GROUP_VECTORS, GROUP_SUMS, CELL_SHARES, CELL_TESTS}


def features_of(party):
    """The group's column is not among them."""
    group = party["group"].name if party["group"] else None
    return [feature for feature in party["features"] if feature.name != group]


def columns_of(features, values):
    """`values`: what their party says of the numeric ones."""
    rest = iter(values)
    return [Column(len(feature.levels)) if feature.levels else Column(values=next(rest)) for feature in features]


class DescriptionInspector(Expectations):
    """Takes each record after all that it had seen. Only ciphertexts may be without a payload."""

    # Of other protocols, what it takes.
    others = ()

    def __init__(self, job, passive=None):
        """`passive`: with whom the active party has the session, where a job has several."""
        passive = passive or job.passive
        super().__init__(job.active["name"], passive["name"])
        self.job, self.role = job, {name: role for role, name in self.names.items()}
        self.features = {ACTIVE: features_of(job.active), PASSIVE: features_of(passive)}
        self.group_count = len(job.active["group"].levels) if job.active["group"] else 1
        # Rows that matched, where the alignment says it.
        self.matches = None
        # What each party said: rows, its columns, bits of its key, numbers.
        self.rows, self.columns, self.bits, self.numbers = {}, {}, {}, {}
        # Of the hidden columns both know by one message.
        self.cohort = self.hidden = None
        for role in (ACTIVE, PASSIVE):
            for kind in (SETUP, PARAMETERS, KEY, CHECKPOINT):
                self.expect(role, kind)
        self.expect(ACTIVE, GROUPS)

    def take(self, record):
        demand(DESCRIPTION in self.job.reveals, "T14", "undeclaredMessage")
        kind, payload = record["type"], record["payload"]
        if kind == SETUP:
            self.take_setup(record, *messages.read_cohort(payload))
        elif kind == PARAMETERS:
            self.take_one(record)
        elif kind == KEY:
            self.take_key(record, messages.key_bits(payload))
        elif kind == GROUPS:
            self.take_groups(record, messages.read_groups(payload))
        elif kind == HIDDEN_COLUMNS:
            self.take_hidden(record, messages.read_flags(payload))
        elif kind == NUMBERS:
            self.take_results(record, messages.read_bytes(payload, messages.MOST_DESCRIBED_BYTES))
        elif kind == SCALES:
            count = messages.scale_count(payload)
            demand(count == self.next(record).size, "T24", "openedTooMuch")
            self.take_one(record)
        else:
            self.take_numbers(record, self.ciphertexts(record))

    def take_checkpoint(self, record):
        """Those before its first message belong to what comes before."""
        if record["from"] in self.rows:
            super().take_checkpoint(record)

    def take_one(self, record):
        """A message that has one chunk."""
        self.next(record)
        demand(record["chunk"] == (0, 1), "T10", "wrongChunk")
        self.expected[record["from"]].popleft()

    def take_setup(self, record, rows, values):
        self.take_one(record)
        demand(self.rows.get(record["to"], rows) == rows, "T10", "setupsDiffer")
        demand(self.matches in (None, rows), "T10", "wrongCount")
        role = self.role[record["from"]]
        numeric = sum(not feature.levels for feature in self.features[role])
        demand(len(values) == numeric, "T13", "columnsNotAllowed")
        self.rows[record["from"]], self.columns[role] = rows, columns_of(self.features[role], values)

    def take_key(self, record, bits):
        self.take_one(record)
        demand(self.bits.get(record["to"], bits) == bits, "T13", "keySizeMismatch")
        self.bits[record["from"]] = bits

    def take_groups(self, record, groups):
        self.take_one(record)
        demand(len(self.rows) == len(self.bits) == 2, "T10", "keyMissing")
        rows, bits, least = self.rows[record["from"]], self.bits[record["from"]], self.job.least_cell
        weighted = WEIGHTED_DESCRIPTION in self.job.reveals
        cohort.check_groups(groups, self.group_count, rows, least, weighted)
        self.cohort = Cohort(rows, groups, bits, least, self.columns, weighted)
        self.expect_exchange(ACTIVE, (GROUP_VECTORS, GROUP_SUMS), self.cohort.sums())
        self.expect_exchange(ACTIVE, (CELL_SHARES, CELL_TESTS), self.cohort.tests())
        self.expect_checkpoints()
        self.round += 1
        self.expect(ACTIVE, HIDDEN_COLUMNS, len(self.cohort.all))

    def ciphertexts(self, record):
        """How many: those of either key have one width."""
        self.next(record)
        width, size = ciphertext_bytes(self.cohort.bits), messages.content_size(record)
        demand(size % width == 0, "T10", "wrongLength")
        return size // width

    def take_hidden(self, record, flags):
        """Numbers of the other columns follow."""
        demand(len(flags) == self.next(record).size, "T24", "openedTooMuch")
        self.take_one(record)
        self.hidden = flags
        self.expect_checkpoints()
        for role in (ACTIVE, PASSIVE):
            self.expect(role, NUMBERS, self.cohort.widths(flags, role))
        self.round += 1
        for role in (ACTIVE, PASSIVE):
            numeric = [of for of, column in self.cohort.shown(flags) if column.is_numeric]
            self.expect(role, SCALES, numeric.count(role))

    def take_results(self, record, content):
        self.numbers[self.role[record["from"]]] = super().take_results(record, content)
        if len(self.numbers) == 2:
            self.cohort.check_levels(self.hidden, self.numbers[ACTIVE], self.numbers[PASSIVE])

    # What comes next

    def expect_exchange(self, owner, kinds, exchange):
        self.round += 1
        self.expect(owner, kinds[0], exchange.request)
        self.expect(PASSIVE if owner == ACTIVE else ACTIVE, kinds[1], exchange.reply)

    def finish(self, counts):
        """Where there is an outcome: its counts are those of the messages, and the description came to its end."""
        if not self.rows:
            return
        found = {}
        if self.cohort:
            found = {"rows": self.cohort.rows, "groups": len(self.cohort.groups)}
        if self.hidden is not None:
            found["shown"] = self.hidden.count(0)
        demand(all(counts.get(name, count) == count for name, count in found.items()), "T15", "countMismatch")
        demand(self.hidden is not None and not any(self.expected.values()), "T23", "descriptionNotFinished")
