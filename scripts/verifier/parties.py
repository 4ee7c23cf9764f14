"""The alignment in one session of three to eight parties (protocols/multiparty-alignment.md 3, 4 and 10)."""

from verifier.reading import Reader, demand, sha

ALIGNMENT, PROTOCOL = 0x01, 0x08
OPENING, OUTCOME = 0x0101, 0x0109
SETUP, SEED, CELLS, SEALED, OPENED, NONCE, ORDER = range(0x0800, 0x0807)
MALFORMED = "T10", "malformedMessage"
RECEIVER, SENDER, MATCHED = 2, 1, 0
# Of a chunk; bytes of one.
CELLS_A_CHUNK, CELL = 65_536, 16
ZERO = bytes(32)


def cells(count):
    """Of a store of so many identifiers."""
    return 3 * -(-13 * count // 30) + 48


def read_order(payload):
    """How many rows, and the digest of their order."""
    r = Reader(payload, "order", MALFORMED)
    order = r.number(8), r.fixed(32)
    r.finish()
    return order


class PartiesInspector:
    """Takes each record after all that it had seen, up to the first whose payload was pruned."""

    def __init__(self, job, agreed, session):
        """`agreed`: the hash that both hellos name."""
        self.job, self.agreed, self.session = job, agreed, session
        self.setups, self.sizes, self.sealed, self.orders, self.opened = {}, {}, {}, {}, []
        self.announced, self.mesh = None, None

    def take(self, record):
        r = Reader(record["payload"], "message", MALFORMED)
        kind, name = record["type"], record["from"]
        if kind == OPENING:
            self.take_opening(r, name)
        elif kind == OUTCOME:
            outcome, self.announced = r.number(1), r.number(8)
            demand(outcome != MATCHED or self.announced >= self.job.least, "T15", "cohortTooSmall")
        elif kind == SETUP:
            self.take_setup(r, name, record["to"])
        elif kind == SEED:
            r.fixed(16)
            demand(r.number(4) == cells(self.size(name)), "T10", "wrongCount")
            r.finish()
        elif kind == CELLS:
            self.take_cells(r, record)
        elif kind == SEALED:
            self.sealed[name] = r.fixed(32)
            r.finish()
        elif kind == OPENED:
            self.opened.append((name, r.fixed(64)))
            r.finish()
        elif kind == NONCE:
            own = self.job.names.index(name).to_bytes(2, "big")
            demand(name in self.setups, "T15", "nonceRefused")
            made = sha(b"moiety/parties/nonce/v1", self.agreed, own, r.fixed(32))
            demand(made == self.setups[name], "T15", "nonceRefused")
            r.finish()
        elif kind == ORDER:
            self.orders[name] = read_order(record["payload"])
            demand(self.announced in (None, self.orders[name][0]), "T15", "ordersDiffer")
            demand(len(set(self.orders.values())) == 1, "T15", "ordersDiffer")
        else:
            demand(kind >> 8 == ALIGNMENT, *MALFORMED)

    def take_opening(self, r, name):
        r.fixed(2)
        role, _, self.sizes[name], least = r.number(1), r.number(2), r.number(8), r.number(8)
        demand(role == (RECEIVER if name == self.job.names[0] else SENDER), "T10", "rolesConflict")
        demand(least == max(1, self.job.least), "T10", "minimumDiffers")

    def take_setup(self, r, name, other):
        """Who takes part, and that this is the session that both mean."""
        names = self.job.names
        numbers = [r.number(2) for _ in range(3)]
        count = r.number(4)
        demand(count == len(names), *MALFORMED)
        sessions = [r.fixed(32) for _ in range(count)]
        key, self.setups[name] = r.fixed(32), r.fixed(32)
        r.finish()
        own, peer = names.index(name), names.index(other)
        is_this = numbers == [len(names), own, 0] and sessions[own] == ZERO and sessions[peer] == self.session
        demand(is_this, "T16", "meshMismatch")
        demand((key == ZERO) == self.job.has_active, "T10", "keyUnexpected")

    def take_cells(self, r, record):
        total, (index, chunks) = cells(self.size(record["from"])), record["chunk"]
        demand(chunks == max(1, -(-total // CELLS_A_CHUNK)), "T10", "wrongChunk")
        found = r.prefixed()
        r.finish()
        demand(len(found) == CELL * min(CELLS_A_CHUNK, total - index * CELLS_A_CHUNK), "T10", "wrongCount")

    def size(self, name):
        demand(name in self.sizes, "T10", "openingMissing")
        return self.sizes[name]

    def finish(self, counts, mesh):
        """What the outcome says; openings against what was sealed, once the mesh is named."""
        for name, opening in self.opened:
            own = self.job.names.index(name).to_bytes(2, "big")
            made = mesh and sha(b"moiety/parties/commitment/v1", mesh, own, opening)
            demand(made in (None, self.sealed.get(name)), "T15", "announcementRefused")
        if counts is None:
            return
        rows = {count for count, _ in self.orders.values()}
        demand(rows == {counts["rows"]} and counts["parties"] == len(self.job.names), "T15", "countMismatch")
