"""Widths and counts of what is encrypted in a training, from public numbers (protocols/training.md 1 to 3)."""

from verifier import series
from verifier.reading import demand

MAGNITUDE_BITS = {series.MEAN: 1, series.WEIGHT: 0, series.LOSS: 8, series.BRIER: 1}
CHUNK_ROWS, CHUNK_BYTES = 512, 3_670_016


def up_log2(value):
    return (value - 1).bit_length()


class Slots:
    """How sums are packed (protocols/training.md 3, gradient slots)."""

    def __init__(self, width, bits, most=None):
        self.width, self.count = width, (bits - 66) // width
        demand(self.count > 0, "T13", "keySizeMismatch")
        if most:
            self.count = min(self.count, most)

    def ciphertexts(self, sums):
        return -(-sums // self.count)

    def opened_bytes(self, sums):
        held = [min(self.count, sums - first) for first in range(0, sums, self.count)]
        return sum((slots * self.width + 7) // 8 for slots in held)


class Chunks:
    def __init__(self, rows, multiple, bytes_per_row):
        fitting = min(CHUNK_ROWS, CHUNK_BYTES // bytes_per_row)
        self.rows, self.size = rows, max(multiple, fitting // multiple * multiple)

    def rows_of(self, chunk):
        index, count = chunk
        demand(count == -(-self.rows // self.size) and index < count, "T10", "wrongChunk")
        return min(self.size, self.rows - index * self.size)


class Evaluation:
    """A separated evaluation whose range was announced and whose result was not yet opened."""

    def __init__(self, kind, radius, terms, rows, bits):
        slot = 46 + MAGNITUDE_BITS[kind] + up_log2(terms) + 65
        self.kind, self.radius, self.per_row = kind, radius, terms // 2
        self.group = ((bits - 65) // slot - 1) // 2
        demand(self.group > 0, "T13", "rangeNotAllowed")
        self.chunks = Chunks(rows, self.group, self.per_row * 2 * ((bits + 7) // 8))


def exactly(count, expected, beyond=("T10", "wrongCount")):
    """More is another failure where one is given."""
    demand(count <= expected, *beyond)
    demand(count == expected, "T10", "wrongCount")
