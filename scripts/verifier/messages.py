"""Payloads of a training (protocols/wire.md 2, Sources/SplitRegression/Messages)."""

import math
import struct

from verifier.reading import Reader

SETUP, KEY, BLOCK_SCALE = 0x0200, 0x0202, 0x0203
RANGE, COEFFICIENTS, RESULTS, SHARES = 0x0210, 0x0211, 0x0212, 0x0213
MASKED_SUMS, OPENED_SUMS, SLOPES, PRODUCTS_OF_PAIRS, SUM_SHARE = 0x0214, 0x0215, 0x0216, 0x0217, 0x0218
BASIS, OFFSET = 0x0220, 0x0224
MALFORMED = "T10", "malformedMessage"


def read_setup(payload):
    r = Reader(payload, "setup", MALFORMED)
    setup = {"rows": r.number(4), "columns": r.number(4), "test rows": r.number(4)}
    r.fixed(8)
    r.finish()
    return setup


def read_numbers(payload):
    r = Reader(payload, "numbers", MALFORMED)
    count = r.number(4)
    r.demand(count * 8 == len(payload) - 4, "count")
    values = [struct.unpack(">d", r.fixed(8))[0] for _ in range(count)]
    r.demand(all(math.isfinite(x) and (x or math.copysign(1, x) > 0) for x in values), "number")
    return values


def read_bytes(payload):
    r = Reader(payload, "bytes", MALFORMED)
    content = r.prefixed()
    r.finish()
    return content


def read_share(payload):
    r = Reader(payload, "share", MALFORMED)
    value = r.number(16)
    r.finish()
    return value


def key_bits(payload):
    r = Reader(payload, "key", MALFORMED)
    r.fixed(4)
    return r.number(4)


def is_rounded(value):
    """To IEEE 754 binary32."""
    try:
        return struct.unpack(">f", struct.pack(">f", value))[0] == value
    except OverflowError:
        return False
