"""Sizes of an alignment or a count (protocols/transcript.md 9, T10): what the openings imply for every message after them.
Of blinded identifiers, evaluations and masked identifiers a transcript may keep the length alone."""

from verifier import messages
from verifier.layouts import ciphertext_bytes, up
from verifier.reading import Reader, demand

OPENING, KEY, BLINDED, EVALUATIONS, TAGS, OUTCOME, MATCHES = 0x0101, 0x0103, 0x0106, 0x0107, 0x0108, 0x0109, 0x010A
PROOFS = 0x010C
COUNT_OPENING, BY_COUNTER, BY_HELPER, COUNT_TAGS = 0x0110, 0x0111, 0x0112, 0x0113
MASKED, MASKED_TWICE = 0x0120, 0x0121
# Messages that a transcript may keep by hash, none of which comes twice.
POINTS = {BY_COUNTER, BY_HELPER, MASKED, MASKED_TWICE}
BULK = {BLINDED} | POINTS
# Bits of a slot, plaintexts in a chunk, rows of the proof of blinding, bytes of its answers in a slot.
SLOT_BITS, PLAINTEXTS, PROOF_ROWS, ANSWER_BYTES = 611, 2048, 128, 36 + 76
# Of a chunk: tags, masked identifiers. Bytes of a tag.
TAGS_A_CHUNK, MASKED_A_CHUNK, TAG = 65_536, 8192, 16
MOST_IDENTIFIERS = 2**24
# P-256: what an opening names in the place of a key's bits; bytes of an x-coordinate; p and B of y^2 = x^3 - 3 x + B.
CURVE_BITS, POINT = 256, 32
FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
CONSTANT = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def is_point(x):
    """Whether the curve has a point with that x-coordinate."""
    return x < FIELD and pow(pow(x, 3, FIELD) - 3 * x + CONSTANT, (FIELD - 1) // 2, FIELD) in (0, 1)


def size_of_chunk(record, total, size):
    """Items in this chunk, of so many in all."""
    index, chunks = record["chunk"]
    demand(chunks == max(1, up(total, size)), "T10", "wrongChunk")
    return min(size, total - index * size)


class AlignmentInspector:
    """Takes each record after all that it had seen, up to the first whose payload was pruned."""

    def __init__(self, has_curve):
        """`has_curve`: whether the session aligns or counts over the curve, and not with a Paillier key."""
        self.sizes, self.bits, self.matches, self.last = {}, None, 0, {}
        self.has_curve, self.points = has_curve, set()

    def take(self, record):
        kind, payload = record["type"], record["payload"]
        if kind in (OPENING, COUNT_OPENING):
            self.take_opening(record)
        elif kind == KEY:
            self.bits = messages.key_bits(payload)
        elif kind in (BLINDED, EVALUATIONS):
            self.take_chunk(record)
        elif kind in (BY_COUNTER, BY_HELPER, MASKED, MASKED_TWICE):
            self.take_points(record)
        elif kind in (TAGS, COUNT_TAGS):
            self.take_tags(record, self.size(record["from" if kind == TAGS else "to"]))
        elif kind == OUTCOME:
            self.matches = Reader(payload[1:], "match outcome", messages.MALFORMED).number(8)
            demand(self.matches <= min(self.sizes.values(), default=0), "T10", "wrongCount")
        elif kind == MATCHES:
            self.take_tags(record, self.matches)
        elif kind == PROOFS:
            self.demand_fields(record, None, [TAG * size_of_chunk(record, self.matches, TAGS_A_CHUNK)])

    def take_opening(self, record):
        r = Reader(record["payload"], "opening", messages.MALFORMED)
        version, role, bits, size, _ = (r.number(width) for width in (2, 1, 2, 8, 8))
        r.finish()
        expected = 2 if record["type"] == COUNT_OPENING else 1
        r.demand(version == expected and role < 3 and 0 < size <= MOST_IDENTIFIERS, "range")
        demand((bits == CURVE_BITS) == self.has_curve, "T13", "keySizeMismatch")
        self.sizes[record["from"]] = size
        self.bits = bits

    def size(self, party):
        demand(party in self.sizes, "T10", "openingMissing")
        return self.sizes[party]

    def take_points(self, record):
        """As many as there are identifiers to ask about; where they are kept, on the curve and each for the first time."""
        asker = record["to" if record["type"] == MASKED_TWICE else "from"]
        count = size_of_chunk(record, self.size(asker), MASKED_A_CHUNK)
        self.demand_fields(record, None, [count * POINT])
        if record["payload"] is None:
            return
        for start in range(4, 4 + count * POINT, POINT):
            point = record["payload"][start : start + POINT]
            demand(is_point(int.from_bytes(point, "big")), "T10", "elementOutOfGroup")
            demand(point not in self.points, "T20", "elementRepeated")
            self.points.add(point)

    def take_chunk(self, record):
        """Blinded identifiers with their proof, or what they evaluate to."""
        demand(self.bits is not None, "T10", "keyMissing")
        is_question, slots = record["type"] == BLINDED, max(1, (self.bits - 1) // SLOT_BITS)
        count = size_of_chunk(record, self.size(record["from" if is_question else "to"]), PLAINTEXTS * slots)
        width = ciphertext_bytes(self.bits)
        proof = PROOF_ROWS * (width + slots * ANSWER_BYTES)
        fields = [up(count, slots) * width, proof] if is_question else [count * up(self.bits, 8)]
        self.demand_fields(record, count, fields)

    def demand_fields(self, record, count, fields):
        """A number, where there is one, and fields of just these bytes, each after its length."""
        start = 0 if count is None else 4
        if record["payload"] is None:
            demand(record["length"] == start + sum(4 + size for size in fields), "T10", "wrongLength")
            return
        r = Reader(record["payload"], "chunk", messages.MALFORMED)
        found = r.number(start) if start else None
        sizes = [len(r.prefixed()) for _ in fields]
        r.finish()
        demand((found, sizes) == (count, fields), "T10", "wrongCount")

    def take_tags(self, record, total):
        """They ascend, from chunk to chunk."""
        tags = messages.read_bytes(record["payload"], 1 << 26)
        demand(len(tags) % TAG == 0, *messages.MALFORMED)
        demand(len(tags) == TAG * size_of_chunk(record, total, TAGS_A_CHUNK), "T10", "wrongCount")
        for start in range(0, len(tags), TAG):
            tag = tags[start : start + TAG]
            demand(self.last.get(record["type"], b"") < tag, "T10", "tagsOutOfOrder")
            self.last[record["type"]] = tag
