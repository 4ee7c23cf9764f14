"""Payloads of a training (protocols/wire.md 2, Sources/SplitRegression/Messages) and of a description (describe.md 2)."""

import math
import struct

from verifier.cohort import MOST_ROWS, MOST_VALUES
from verifier.reading import Reader, demand

SETUP, PARAMETERS, KEY, BOUNDS = 0x0200, 0x0201, 0x0202, 0x0203
PREDICTOR_SHARES, PREDICTOR_SUMS, KERNEL_VECTORS, KERNEL_RESULTS = 0x0210, 0x0211, 0x0212, 0x0213
ROW_SHARES, COLUMN_SUMS, ROW_VECTORS, CROSS_SUMS = 0x0214, 0x0215, 0x0216, 0x0217
MATRIX_SHARES, MATRIX_PRODUCTS, WINDOW, RESULTS, SCORES = 0x0218, 0x0219, 0x021A, 0x021B, 0x0230
ELEMENT_SHARES, ELEMENT_PRODUCTS, RISK_SHARES, RISK_SUMS = 0x021C, 0x021D, 0x021E, 0x021F
# With further parties: rows at places of a result, what is handed over, the key of that, results under the party's own key.
SCALED_SHARES, SCALED_ROWS, HANDOVER, HANDOVER_KEY, SEALED_RESULTS = 0x0220, 0x0221, 0x0222, 0x0223, 0x0224
# Scores of new rows of several parties, masked.
MASKED_SCORES = 0x0231
# Ciphertexts and nothing else.
CIPHERTEXTS = {
    PREDICTOR_SHARES, PREDICTOR_SUMS, KERNEL_VECTORS, KERNEL_RESULTS, ROW_SHARES, COLUMN_SUMS, ROW_VECTORS, CROSS_SUMS,
    MATRIX_SHARES, MATRIX_PRODUCTS, ELEMENT_SHARES, ELEMENT_PRODUCTS, RISK_SHARES, RISK_SUMS,
}
# Ciphertexts too, in a fit of several parties.
OF_OTHERS = {SCALED_SHARES, SCALED_ROWS, HANDOVER_KEY, SEALED_RESULTS}
# Of a training, what a transcript may keep the hash and the length of.
BULK = CIPHERTEXTS | {SCALED_SHARES, SCALED_ROWS, HANDOVER}
MALFORMED = "T10", "malformedMessage"
MOST_COLUMNS, LARGEST_EXPONENT, MOST_SCORES = 10_000, 1000, 1 << 19
MOST_CIPHERTEXT_BYTES, MOST_RESULT_BYTES, MOST_DESCRIBED_BYTES = 1 << 22, 1 << 20, 1 << 22
# Of a described column's mean, and of its standard deviation and its reciprocal.
LARGEST_SCALE = 2.0**500
# What the active party may announce: scale, weight and row bits (protocols/training.md 5.1).
ALLOWED_BOUNDS = (0, 40), (-2, 40), (1, 40), (0, 6)


def read_setup(payload):
    r = Reader(payload, "setup", MALFORMED)
    setup = {"rows": r.number(4), "columns": r.number(4), "test rows": r.number(4)}
    setup["scale"] = signed(r)
    r.demand(abs(setup["scale"]) <= LARGEST_EXPONENT and setup["columns"] <= MOST_COLUMNS, "range")
    r.finish()
    return setup


def signed(r):
    return int.from_bytes(r.fixed(8), "big", signed=True)


def read_bounds(payload):
    r = Reader(payload, "bounds", MALFORMED)
    bounds = [signed(r) for _ in ALLOWED_BOUNDS]
    r.finish()
    r.demand(all(low <= bits <= high for bits, (low, high) in zip(bounds, ALLOWED_BOUNDS)), "range")
    return bounds


def read_window(payload):
    """How many bits, and which."""
    r = Reader(payload, "window", MALFORMED)
    bits, value = r.number(4), r.number(8)
    r.finish()
    r.demand(1 <= bits <= 63 and value >> bits == 0, "range")
    return bits, value


def read_bytes(payload, most):
    r = Reader(payload, "bytes", MALFORMED)
    content = r.prefixed()
    r.finish()
    r.demand(len(content) <= most, "too many")
    return content


def content_size(record):
    """Bytes of the ciphertexts, or of what is sealed, in a message: of its payload or, where that is not kept, by its length."""
    if record["payload"] is not None:
        return len(read_bytes(record["payload"], MOST_CIPHERTEXT_BYTES))
    demand(4 <= record["length"] <= 4 + MOST_CIPHERTEXT_BYTES, *MALFORMED)
    return record["length"] - 4


def score_count(payload):
    r = Reader(payload, "scores", MALFORMED)
    count = r.number(4)
    r.demand(count <= MOST_SCORES, "too many")
    r.fixed(8 * count)
    r.finish()
    return count


def key_bits(payload):
    r = Reader(payload, "key", MALFORMED)
    r.fixed(4)
    return r.number(4)


def read_cohort(payload):
    """Rows, and of each numeric column how many different values it has, 0 for many."""
    r = Reader(payload, "setup", MALFORMED)
    rows, count = r.number(4), r.number(4)
    r.demand(count <= MOST_COLUMNS, "too many")
    values = list(r.fixed(count))
    r.finish()
    r.demand(2 <= rows <= MOST_ROWS and all(one <= MOST_VALUES and one != 1 for one in values), "range")
    return rows, values


def read_groups(payload):
    """n, W and Q of each."""
    r = Reader(payload, "groups", MALFORMED)
    groups = [(r.number(8), r.number(8), r.number(8)) for _ in range(r.number(4))]
    r.finish()
    return groups


def read_flags(payload):
    flags = read_bytes(payload, MOST_DESCRIBED_BYTES)
    demand(set(flags) <= {0, 1}, *MALFORMED)
    return list(flags)


def scale_count(payload):
    """Of means and standard deviations: numbers that have an encoding, and that no arithmetic takes out of a double."""
    r = Reader(payload, "scales", MALFORMED)
    count = r.number(4)
    for _ in range(count):
        mean, deviation = struct.unpack(">dd", r.fixed(16))
        is_negative_zero = mean == 0 and math.copysign(1, mean) < 0
        in_range = abs(mean) <= LARGEST_SCALE and 1 / LARGEST_SCALE <= deviation <= LARGEST_SCALE
        r.demand(in_range and not is_negative_zero, "range")
    r.finish()
    return count
