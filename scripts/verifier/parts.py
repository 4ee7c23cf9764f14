"""A description of three to eight parties in one of its sessions (protocols/describe.md 9): with the active party the whole
description of both; between two others their parts' sizes (T10); in each that both say of their own parts what the session shows
(T23)."""

from verifier import cohort, describing, messages
from verifier.cohort import joined
from verifier.describing import GROUPS, SCALES, SETUP
from verifier.expecting import ACTIVE, PASSIVE
from verifier.job import DESCRIPTION, WEIGHTED_DESCRIPTION
from verifier.reading import Reader, demand, sha
from verifier.several import COUNTS

INPUT_ROOTS, PART, DIGESTS = 0x0301, 0x0517, 0x0518
# Of the messages above, where a session is of the active party, and where it is not.
PART_ROUND, DIGEST_ROUNDS = 0, {True: 5, False: 1}


def digest(place, roots, groups, part):
    """`groups`: the payload that names them, of the active party alone."""
    return sha(b"moiety/described-part/v1", place.to_bytes(2, "big"), sha(roots), groups if place == 0 else b"", part)


def array(items):
    return len(items).to_bytes(4, "big") + b"".join(items)


def part_payload(values, hidden, numbers, scales):
    """`values` and `scales` as in the setup and in the scales' message."""
    numbers = array([number.to_bytes(8, "big", signed=True) for number in numbers])
    return values + len(hidden).to_bytes(4, "big") + bytes(hidden) + numbers + scales


def read_part(payload):
    """Values, flags, how many numbers and scales."""
    r = Reader(payload, "part", messages.MALFORMED)
    values = list(r.fixed(r.number(4)))
    r.demand(all(one <= cohort.MOST_VALUES and one != 1 for one in values), "range")
    hidden = list(r.prefixed())
    r.demand(set(hidden) <= {0, 1}, "range")
    count = r.number(4)
    r.fixed(8 * count)
    return values, hidden, count, messages.scale_count(payload[r.at :])


def read_digests(payload):
    r = Reader(payload, "digests", messages.MALFORMED)
    found = [r.fixed(32) for _ in range(r.number(4))]
    r.finish()
    r.demand(len(found) in COUNTS, "range")
    return found


class JointDescriptionInspector:
    others = (INPUT_ROOTS,)

    def __init__(self, job):
        self.job, self.pair = job, None
        if job.has_active:
            self.pair = describing.DescriptionInspector(job, job.pair[1])
        # Payloads of what both said, by name and type.
        self.said = {}

    @property
    def matches(self):
        return self.pair and self.pair.matches

    @matches.setter
    def matches(self, rows):
        if self.pair:
            self.pair.matches = rows

    def take_checkpoint(self, record):
        if self.pair:
            self.pair.take_checkpoint(record)

    def take(self, record):
        kind, sender = record["type"], record["from"]
        if record["payload"] is not None:
            self.said[sender, kind] = record["payload"]
        if kind == INPUT_ROOTS:
            return
        demand(DESCRIPTION in self.job.reveals, "T14", "undeclaredMessage")
        if kind == PART:
            demand(record["round"] == PART_ROUND, "T10", "wrongRound")
            self.check_part(sender)
        elif kind == DIGESTS:
            demand(record["round"] == DIGEST_ROUNDS[self.job.has_active], "T10", "wrongRound")
            self.check_digests(sender)
        else:
            demand(self.pair, "T14", "undeclaredMessage")
            self.pair.take(record)

    def check_part(self, sender):
        party = next(party for party in self.job.pair if party["name"] == sender)
        features = describing.features_of(party)
        values, hidden, count, scales = read_part(self.said[sender, PART])
        demand(len(values) == sum(not feature.levels for feature in features), "T10", "wrongCount")
        demand(len(hidden) == len(features), "T10", "wrongCount")
        columns = describing.columns_of(features, values)
        shown = [column for column, is_hidden in zip(columns, hidden) if not is_hidden]
        each = self.job.groups() * (2 if WEIGHTED_DESCRIPTION in self.job.reveals else 1)
        demand(count == each * sum(column.items for column in shown), "T10", "wrongCount")
        demand(scales == sum(column.is_numeric for column in shown), "T10", "wrongCount")

    def check_digests(self, sender):
        found = read_digests(self.said[sender, DIGESTS])
        demand(len(found) == len(self.job.parties), "T10", "wrongCount")
        parts = self.parts()
        demand(len(parts) == 2, "T23", "descriptionNotFinished")
        groups = self.said.get((self.job.active["name"], GROUPS), b"")
        for name, part in parts.items():
            place = self.job.names.index(name)
            own = digest(place, self.said[name, INPUT_ROOTS], groups, part)
            demand(found[place] == own, "T23", "partsDiffer")

    def parts(self):
        """As their payloads, by name; of those that are there."""
        if not self.pair:
            names = [party["name"] for party in self.job.pair]
            return {name: self.said[name, PART] for name in names if (name, PART) in self.said}
        names = self.pair.names
        if len(self.pair.numbers) < 2 or any((name, SCALES) not in self.said for name in names.values()):
            return {}
        numbers = self.opened()
        found = {}
        for role, flags in ((ACTIVE, self.flags(ACTIVE)), (PASSIVE, self.flags(PASSIVE))):
            values = self.said[names[role], SETUP][4:]
            found[names[role]] = part_payload(values, flags, numbers[role], self.said[names[role], SCALES])
        return found

    def flags(self, role):
        """Of its columns."""
        return [flag for (of, _), flag in zip(self.pair.cohort.all, self.pair.hidden) if of == role]

    def opened(self):
        """Numbers of each role's columns, with their signs."""
        one, found = self.pair.cohort, {ACTIVE: [], PASSIVE: []}
        own, other = iter(self.pair.numbers[ACTIVE]), iter(self.pair.numbers[PASSIVE])
        for role, column in one.shown(self.pair.hidden):
            for block in one.blocks:
                for item in range(column.items):
                    for group in range(len(one.groups)):
                        cut, bits = one.shape(not column.is_numeric, block, group)
                        number = next(own)
                        if role == PASSIVE:
                            number = joined(number, next(other), cut, bits)
                        if column.is_numeric and item == 0 and number >> (bits - 1):
                            number -= 1 << bits
                        found[role].append(number)
        return found

    def finish(self, counts):
        """Columns that are shown are counted of all parties, which one session does not know."""
        if self.pair:
            self.pair.finish({name: count for name, count in counts.items() if name != "shown"})
