"""Makes describe.json: test vectors of describe.md, computed from that page without Moiety.

Needs Python 3 alone. Run in this folder: python3 describe.py > describe.json
"""

import hashlib
import json
import math
import struct
from fractions import Fraction

WORD = 1 << 152
LARGEST_PAYLOAD = 3_670_016
SETUP, PARAMETERS, KEY, GROUPS, VECTORS, SUMS = 0x0500, 0x0501, 0x0502, 0x0503, 0x0510, 0x0511
SHARES, TESTS, HIDDEN, NUMBERS, SCALES, CHECKPOINT = 0x0512, 0x0513, 0x0514, 0x0515, 0x0516, 0x0004
ACTIVE, PASSIVE = "active", "passive"
# The guard of leakage.md 4, where a job does not loosen it.
MOST_LEVERAGE = Fraction(1, 5)
# A numeric column with more different values is not looked at value by value; its count is 0.
MOST_VALUES = 10
MOST_ROWS = 2**24 - 1


def few(values):
    """A numeric column of so many different values."""
    return {"kind": "numeric", "values": values}


NUMERIC = few(0)


class Stream:
    """Numbers that look random, the same in every run."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def below(self, bound):
        digest = b""
        while len(digest) * 8 < bound.bit_length() + 64:
            digest += hashlib.sha256(f"moiety describe vectors/{self.name}/{self.count}".encode()).digest()
            self.count += 1
        return int.from_bytes(digest, "big") % bound


def up(x):
    """The least c with 2^c >= x."""
    return max(0, (x - 1).bit_length())


def exponent(x):
    """The largest e with 2^e <= x."""
    return x.bit_length() - 1


def ceil(x, y):
    return -(-x // y)


def nearest(x):
    """Ties to even."""
    return round(Fraction(x))


def near_tie(x):
    """A double might fall on either side, but for exact ties."""
    return 0 < abs(abs(x - math.floor(x)) - 0.5) < 2**-20


def root(x):
    """The integer nearest to the square root of a fraction, ties to even."""
    m = math.isqrt(math.floor(x))
    middle = (m + Fraction(1, 2)) ** 2
    assert not near_tie(math.sqrt(x)) or x == middle
    return m + (x > middle or (x == middle and m % 2 == 1))


# 1. Columns and groups


def moments(values):
    values = [Fraction(v) for v in values]
    mean = sum(values) / len(values)
    return mean, sum((v - mean) ** 2 for v in values) / len(values)


def different(values):
    """In ascending order; 0.0 and -0.0 are one."""
    return sorted(set(values))


def count_values(values):
    count = len(different(values))
    return count if count <= MOST_VALUES else 0


def standardised(values):
    """z and s of each row."""
    mean, variance = moments(values)
    z = []
    for value in values:
        distance = Fraction(value) - mean
        size = root(distance**2 * 2**32 / variance)
        z.append(size if distance >= 0 else -size)
    return z, [(one * one + 2**15) // 2**16 for one in z]


def off_commonest(values):
    """o of each row."""
    counts = {value: values.count(value) for value in values}
    commonest = min(value for value, count in counts.items() if count == max(counts.values()))
    return [int(value != commonest) for value in values]


def indicators(values, kinds):
    """A list for each of these values or levels."""
    return [[int(value == one) for value in values] for one in kinds]


def evaluated_after_squares(values):
    """Of a numeric column: indicators of all values but the least, or o."""
    return indicators(values, different(values)[1:]) if count_values(values) else [off_commonest(values)]


def counted(column, values):
    """Rows of each cell, as indicators: of all levels, of all values, or o."""
    if not is_numeric(column):
        return indicators(values, range(column["levels"]))
    return indicators(values, different(values)) if column["values"] else [off_commonest(values)]


def weights(groups, count, values):
    """A list of all rows for each group."""
    found = []
    for group in range(count):
        largest = max(Fraction(v) for v, g in zip(values, groups) if g == group)
        scaled = [Fraction(v) * 2**20 / largest if g == group else Fraction(0) for v, g in zip(values, groups)]
        assert not any(near_tie(one) for one in scaled)
        found.append([nearest(one) for one in scaled])
    return found


def group_numbers(groups, count, integers):
    n = [sum(g == group for g in groups) for group in range(count)]
    if integers is None:
        return [(one, one, one) for one in n]
    return [(one, sum(row), sum(w * w for w in row)) for one, row in zip(n, integers)]


def tied_values():
    """Of standard deviation 2^17 and mean 0, odd numbers: each z is half of an odd number before it is rounded."""
    total, small = 8 * 2**34, [1, 3, 5, 7]
    left = total - sum(x * x for x in small)
    for a in range(185_001, 186_000, 2):
        for b in range(185_001, 186_000, 2):
            rest = left - a * a - b * b
            for c in range(1, 4000, 2):
                d = math.isqrt(max(0, rest - c * c))
                if d * d == rest - c * c:
                    found = small + [a, b, c, d]
                    assert sum(x * x for x in found) == total
                    return [float(sign * x) for x in found for sign in (1, -1)]
    raise ValueError("none found")


def columns():
    stream = Stream("columns")
    ten = [round(-2 + 0.75 * (place * 7 % 10), 2) for place in range(30)]
    raw = [
        ("several most frequent of few", [3.0, 1.0, 3.0, 1.0, 2.0, 7.0]),
        ("several most frequent of many", [3.0, 1.0, 3.0, 1.0, 2.0, 7.0] + [10.0 + place for place in range(8)] + [-4.0]),
        ("five values, all different", [4.5, -1.25, 0.5, 8.0, 2.0]),
        ("negative values", [-2.5, -2.5, 0.0, 7.25, -100.0, 0.001, -2.5]),
        ("ties to even", tied_values()),
        ("ties to even, a mean that ties down", [32 + value for value in tied_values()]),
        ("ties to even, a mean that ties up", [96 + value for value in tied_values()]),
        ("zero and negative zero", [-0.0, 0.0, 5.0, 5.0, -0.0, 1.0, 5.0, 0.0]),
        ("zero and negative zero are the tenth value", [-0.0, 0.0] + [1.5 * place for place in range(1, 10)]),
        ("zero and negative zero are the most frequent", [float(place) for place in range(-6, 7)] + [-0.0]),
        ("two values", [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
        ("two values, a deviation that ties down", [1 + 2.0**-12, -1 - 2.0**-12]),
        ("two values, a deviation that ties up", [1 + 3 * 2.0**-12, -1 - 3 * 2.0**-12]),
        ("a deviation just below a power of two", [0.99999, -0.99999]),
        ("a mean that rounds to zero from below", [-1.0, 1.0, -1.0, 1.0, -1.001, 1.0]),
        ("ten values", ten),
        ("eleven values", ten + [5.5]),
        ("ten values far apart, most frequent last", [1e6, -1e6, 0.5, 0.25, 3.0, 7.5, 11.0, 12.0, 13.0, 99.0, 99.0]),
        ("far from zero", [1e6 + x for x in (0.25, 0.5, 0.5, -3.75, 12.0, 0.25, 0.5)]),
        ("one outlier of many", [1000.0] + [0.0] * 59 + [0.125] * 4),
        ("tiny", [3e-120, 1e-120, 4e-120, 1e-120, 5e-120]),
        ("decimals", [round(20 + stream.below(6000) / 100, 2) for _ in range(40)]),
        ("repeated decimals", [round(stream.below(8) / 10 - 0.3, 1) for _ in range(50)]),
    ]
    numbers = []
    for name, values in raw:
        z, s = standardised(values)
        numbers.append({
            "name": name, "values": values, "different": count_values(values), "z": z, "s": s,
            "indicators": evaluated_after_squares(values), "scale": scale_json(scale_of(values))})
    weighted = []
    for name, groups, count, values in [
        ("one group", [0] * 5, 1, [1.0, 2.0, 0.5, 0.001, 2.0]),
        ("a largest weight for each group", [0, 1, 1, 0, 1, 0], 2, [0.1, 5.0, 2.5, 0.3, 1.1, 0.2]),
        ("ties to even", [0] * 6, 1, [524288.0, 1.25, 1.75, 0.25, 0.75, 2.25]),
        ("down to nothing", [0, 0, 1, 1], 2, [1e6, 0.25, 1e6, 0.001]),
        ("three groups", [stream.below(3) for _ in range(30)], 3,
         [round(0.01 + stream.below(500) / 100, 2) for _ in range(30)]),
        ("all alike", [1, 0, 1, 0], 2, [3.0, 7.0, 3.0, 7.0]),
    ]:
        integers = weights(groups, count, values)
        found = group_numbers(groups, count, integers)
        n, w, q = ([one[place] for one in found] for place in range(3))
        weighted.append({
            "name": name, "group": groups, "groups": count, "values": values, "integers": integers,
            "n": n, "W": w, "Q": q})
    return {
        "numeric": numbers, "weights": weighted,
        "levels": [{"levels": count, "values": values, "indicators": indicators(values, range(1, count))}
                   for count, values in [(4, [0, 2, 1, 1, 3, 0, 2]), (2, [1, 0, 0, 1])]],
    }


# 3. Layouts


def is_numeric(column):
    return "levels" not in column


def entries(column):
    """Columns of numbers that the evaluator has for it."""
    if is_numeric(column):
        return 2 + (column["values"] - 1 if column["values"] else 1)
    return column["levels"] - 1


def cells_of(column):
    """In each group."""
    return (column["values"] or 1) if is_numeric(column) else column["levels"]


def width(modulus_bits):
    return 2 * modulus_bits // 8


def layout(rows, groups, weighted, modulus_bits, own, least):
    k = up(rows)
    blocks, value_bits, scalar_bits = (2, 21, k + 17) if weighted else (1, 1, k + 17)
    slot = max(152, value_bits + scalar_bits + k + 2)
    values = groups * blocks
    slots = min(values, (modulus_bits - 64) // slot)
    per_row = ceil(values, slots)
    evaluated = sum(map(entries, own))
    fitting = LARGEST_PAYLOAD // width(modulus_bits)
    row_chunk = max(1, min(512, fitting // per_row))
    sum_chunk = min(4096, fitting)
    cell_chunk = min(4096 // least, fitting // least)
    return {
        "values": values, "valueBits": value_bits, "scalarBits": scalar_bits, "slotBits": slot, "slotsPerCiphertext": slots,
        "ciphertextsPerRow": per_row, "evaluatorColumns": evaluated, "cells": groups * sum(map(cells_of, own)),
        "rowsPerChunk": row_chunk, "rowChunks": ceil(rows, row_chunk), "rowCiphertexts": rows * per_row,
        "sumsPerChunk": sum_chunk, "sumChunks": ceil(evaluated * per_row, sum_chunk), "sumCiphertexts": evaluated * per_row,
        "cellsPerChunk": cell_chunk, "testsPerChunk": cell_chunk * least,
        "cellChunks": ceil(groups * sum(map(cells_of, own)), cell_chunk),
    }


def layouts():
    mixed = [NUMERIC, {"levels": 2}, few(2), {"levels": 5}, few(10)]
    found = []
    for rows, groups, weighted, bits, own, least in [
        (1000, 1, False, 2048, [NUMERIC], 1), (1000, 1, True, 3072, [NUMERIC], 11), (1024, 2, False, 3072, mixed, 11),
        (1000, 1, False, 2048, [few(2)], 11), (1000, 2, False, 2048, [few(3)], 11), (1000, 1, True, 3072, [few(10)], 11),
        (1025, 2, True, 3072, mixed, 11), (512, 3, True, 2048, mixed, 5), (513, 8, False, 2048, mixed, 5),
        (513, 6, True, 2048, mixed, 5), (513, 7, True, 2048, mixed, 5), (60, 7, True, 2048, [{"levels": 3}], 100),
        (100_000, 4, True, 3072, mixed * 2, 10), (100_000, 8, False, 3072, [{"levels": 100}, NUMERIC], 100),
        (5000, 8, True, 3072, [{"levels": 901}], 11), (5000, 8, True, 2048, [NUMERIC] * 3 + [few(9)], 7),
        (MOST_ROWS, 2, True, 3072, mixed, 50), (2, 1, False, 3072, [NUMERIC], 1),
        (4096, 5, False, 3072, [{"levels": 41}], 3), (4096, 4, False, 3072, [{"levels": 1000}, few(6), {"levels": 18}], 1),
        (4096, 4, False, 3072, [{"levels": 1000}, few(6), {"levels": 19}], 1),
        (4000, 8, True, 2048, [{"levels": 1000}, {"levels": 1000}, few(10), {"levels": 40}], 4),
        (4000, 8, True, 2048, [{"levels": 1000}, {"levels": 1000}, few(10), {"levels": 41}], 4),
    ]:
        facts = {"rows": rows, "groups": groups, "weighted": weighted, "modulusBits": bits, "columns": own,
                 "minimumCell": least}
        found.append({**facts, **layout(rows, groups, weighted, bits, own, least)})
    return found


# 5. Numbers


def blocks_of(weighted):
    return 2 if weighted else 1


def total_of(group, block):
    """N_g."""
    return group[block]


def effective(group):
    """E_g."""
    return group[1] ** 2 // group[2]


def shape(kind, block, rows, group):
    """Cut and bits."""
    k, e = up(rows), exponent(total_of(group, block))
    most = exponent(effective(group)) + 3 if block else math.inf
    if kind == "level":
        digits = min(13, most)
        return (e - digits, digits + 2) if block else (0, k + 1)
    digits = min(11, most)
    return 16 + e - digits, k + 20 * block - e + digits + 3


def own_number(total, cut, bits):
    """What the active party sends: rounded, halves up."""
    return math.floor(Fraction(total, 2**cut) + Fraction(1, 2)) % 2**bits


def part(share, cut, bits):
    return (share % WORD >> cut) % 2**bits


def represented(number, bits, signed):
    number %= 2**bits
    return number - 2**bits if signed and number >= 2 ** (bits - 1) else number


def joined(a, b, cut, bits, signed):
    return represented(part(a, cut, bits) + part(b, cut, bits) + (cut > 0), bits, signed)


def has_size(levels, total, cut):
    """Whether a group of this size can have these numbers of levels, all that are opened of a column."""
    most, more = total >> cut, int(cut > 0)
    return all(one <= most + more for one in levels) and sum(levels) <= most + more * len(levels)


def numbers():
    stream = Stream("numbers")
    items = []
    for rows, groups, weighted in [
        (1000, [(1000,) * 3], False), (1000, [(11,) * 3, (989,) * 3], False), (1024, [(512,) * 3, (511,) * 3, (1,) * 3], False),
        (2, [(2, 2, 2)], False), (1025, [(1025, 2**20, 2**40)], True),
        (MOST_ROWS, [(MOST_ROWS, 2**44 - 2**20, 2**63)], True),
        (600, [(200, 2**20 + 5, 2**40 + 25), (400, 400 * 2**20, 400 * 2**40)], True),
        (100_000, [(40_000, 123_456_789_012, 10**17), (60_000, 2**30 - 1, 2**49)], True),
    ]:
        shapes = []
        for block in range(blocks_of(weighted)):
            for kind in ("z", "s", "level"):
                for group in groups:
                    cut, bits = shape(kind, block, rows, group)
                    shapes.append({"item": kind, "block": block, "group": groups.index(group), "cut": cut, "bits": bits})
        listed = [{"n": n, "W": str(w), "Q": str(q)} for n, w, q in groups]
        items.append({"rows": rows, "groups": listed, "weighted": weighted, "items": shapes})
    openings, own = [], []
    for total, cut, bits, signed in [
        (0, 0, 11, False), (17, 0, 11, False), (1024, 0, 11, False), (0, 12, 19, True), (-1, 12, 19, True), (1, 12, 19, True),
        (123_456_789, 14, 17, True), (-123_456_789, 14, 17, True), (-(2**30), 14, 17, True), (2**30 - 2**14, 14, 17, True),
        (4095, 12, 19, False), (4096, 12, 19, False), (99_999_999, 12, 19, False), (2**38, 26, 14, False),
        (2**33 + 12345, 20, 15, False), (2**34 - 1, 20, 15, False), (-(2**44), 35, 20, True),
    ]:
        for first in (stream.below(WORD), 0, stream.below(2**cut + 1), WORD - 1):
            a, b = first, (total - first) % WORD
            openings.append({"a": str(a), "b": str(b), "cut": cut, "bits": bits, "signed": signed,
                             "number": joined(a, b, cut, bits, signed)})
    for total, cut, bits, signed in [
        (0, 12, 19, True), (2047, 12, 19, True), (2048, 12, 19, True), (6144, 12, 19, True), (-2048, 12, 19, True),
        (-6144, 12, 19, True), (-2049, 12, 19, True), (-1, 12, 19, True), (2049, 12, 19, False), (5 * 2**18, 19, 15, False),
        (987_654_321, 14, 17, True), (-987_654_321, 14, 17, True),
        (987_654_321, 14, 17, False), (37, 0, 11, False), (2**33 + 12345, 20, 15, False),
    ]:
        sent = own_number(total, cut, bits)
        own.append({"sum": str(total), "cut": cut, "bits": bits, "signed": signed, "sent": sent,
                    "number": represented(sent, bits, signed)})
    sizes = []
    for total, cut, levels in [
        (100, 0, [100]), (100, 0, [101]), (100, 0, [60, 40]), (100, 0, [60, 41]), (100, 0, [0, 0, 0]), (100, 0, [34, 33, 33]),
        (2**20, 7, [8192]), (2**20, 7, [8193]), (2**20, 7, [8194]), (2**20, 7, [4097, 4097]), (2**20, 7, [4097, 4098]),
        (2**21 - 1, 7, [16383, 1]), (2**21 - 1, 7, [16384, 1]), (2**21 - 1, 7, [16384, 2]), (2**21 - 1, 7, [16385, 0]),
        (2**21 - 1, 7, [5462, 5462, 5462]), (2**21 - 1, 7, [5462, 5462, 5463]),
        (2**44 - 2**20, 30, [16383, 1, 1, 1]), (2**44 - 2**20, 30, [16383, 2, 1, 1, 1]),
        (2**44 - 2**20, 30, [16384, 2, 1, 1, 1]),
    ]:
        sizes.append({"total": str(total), "cut": cut, "levels": levels, "allowed": has_size(levels, total, cut)})
    return {"items": items, "openings": openings, "own": own, "sizes": sizes}


# 4. Test of a column's cells


def drawn_orders(words, sizes):
    """Of each column the tests in the order in which they are sent, numbered as they are made; how many words that took."""
    found, used = [], 0
    for size in sizes:
        order = list(range(size))
        for place in range(size - 1, 0, -1):
            other = place + 1
            while other > place:
                other, used = words[used] % 2 ** place.bit_length(), used + 1
            order[place], order[other] = order[other], order[place]
        found.append(order)
    return found, used


def orders():
    stream, most, found = Stream("orders"), 2**64 - 1, []

    def drawn_words(count):
        return [stream.below(2**64) for _ in range(count)]

    for name, sizes, words in [
        ("no column", [], []), ("one test", [1], []), ("a column of one test between others", [2, 1, 2], [1, 0]),
        ("two tests stay", [2], [1]), ("two tests are exchanged", [2], [2**64 - 2]),
        ("no bit is set", [6], [0] * 5), ("the least places", [4], [3, 2, 1]),
        ("three tests: 3 is above 2", [3], [3, most, 2, 0]), ("five tests: 5, 6 and 7 are above 4", [5], [5, 6, 7, 4, 3, 0, 1]),
        ("high bits do not count", [5], [2**64 - 8, 2**63 + 3, 2**32 + 3, 2**33 + 1, 2**62 + 2]),
        ("the second column starts anew", [3, 3], [0, 1, 3, 0, 1]),
        ("words are left", [2, 2], [0, 1, 5, 7]),
        ("drawn, one column", [20], drawn_words(60)), ("drawn, a power of two", [64], drawn_words(150)),
        ("drawn, one more than a power of two", [33], drawn_words(120)),
        ("drawn, several columns", [55, 22, 1, 10], drawn_words(220)), ("drawn, many tests", [300], drawn_words(600)),
    ]:
        order, used = drawn_orders(words, sizes)
        found.append({"name": name, "columns": sizes, "words": list(map(str, words)), "order": order, "used": used})
    return found


def tests():
    """Of a chunk of cell shares. The ciphertexts too: of A's shares, and of the tests before they are rerandomised."""
    stream, found = Stream("tests"), []
    keys = [(4_294_967_291, 4_294_967_279), (18_446_744_073_709_551_557, 18_446_744_073_709_551_533)]
    for place, (rows, least, columns) in enumerate([
        (100, 5, [[0]]), (100, 5, [[4]]), (100, 5, [[5]]), (100, 5, [[100]]), (128, 5, [[128, 0]]),
        (129, 1, [[0, 129], [1, 128]]), (1000, 11, [[3, 997], [10, 990], [11, 989], [500, 500]]),
        (50_000, 20, [[19, 20, 49_961]]), (300, 4, [[0, 1, 2, 3, 294], [75, 75, 75, 75]]),
    ]):
        p, q = keys[place % 2]
        n, modulus = p * q, 2 ** (up(rows) + 1)
        counts = [count for column in columns for count in column]
        a = [[stream.below(WORD), 0, WORD - 1, count][(place + at) % 4] for at, count in enumerate(counts)]
        x, y = [one % modulus for one in a], [(count - one) % WORD % modulus for count, one in zip(counts, a)]
        sizes = [len(column) * least for column in columns]
        order, _ = drawn_orders([stream.below(2**64) for _ in range(4 * sum(sizes))], sizes)
        r = [1 + stream.below(n - 1) for _ in range(sum(sizes))]
        nonces = [1 + stream.below(n - 1) for _ in counts]
        shares = [(1 + one * n) * pow(nonce, n, n * n) % (n * n) for one, nonce in zip(x, nonces)]
        made = [(cell, (j - y[cell]) % modulus) for cell in range(len(counts)) for j in range(least)]
        starts = [sum(sizes[:column]) for column in range(len(sizes))]
        sent = [made[start + one] for start, own in zip(starts, order) for one in own]
        plain = [factor * (x[cell] - taken) % n for (cell, taken), factor in zip(sent, r)]
        phi = (p - 1) * (q - 1)
        tested = [pow(shares[cell] * (1 - taken * n) % (n * n), factor, n * n) for (cell, taken), factor in zip(sent, r)]
        opened = [(pow(one, phi, n * n) - 1) // n * pow(phi, -1, n) % n for one in tested]
        assert opened == plain
        zeros = [plain[start : start + size].count(0) for start, size in zip(starts, sizes)]
        assert zeros == [sum(count < least for count in column) for column in columns]
        found.append({
            "rows": rows, "minimumCell": least, "columns": columns, "N": str(n), "p": str(p), "q": str(q), "x": x, "y": y,
            "order": order, "r": list(map(str, r)), "nonces": list(map(str, nonces)), "shares": list(map(str, shares)),
            "tests": list(map(str, tested)), "plaintexts": list(map(str, plain)), "zeros": zeros})
    return found


# 6. Results


def kinds(column):
    """Items that are sent of a shown column, each with whether it has a sign."""
    return [("z", True), ("s", False)] if is_numeric(column) else [("level", False)] * (column["levels"] - 1)


def difference(values, variances):
    """Of two groups the second less the first, of more the largest magnitude over pairs with a denominator."""
    found = []
    for second in range(len(values)):
        for first in range(second):
            both = [variances[first], variances[second]]
            if None in both or sum(both) == 0:
                continue
            found.append((values[second] - values[first]) / math.sqrt(sum(both) / 2))
    if len(values) == 2:
        return found[0] if found else None
    return max(map(abs, found), default=None)


def corrected(total, squares):
    """f; None without a denominator."""
    return Fraction(total**2, total**2 - squares) if total**2 > squares else None


def deviation_of(m, q, scale, f):
    return None if f is None else scale * math.sqrt(max(0, (q - m * m) * f))


def described_numeric(rows, groups, weighted, items, scale):
    mean, deviation = scale
    blocks, variances = [], None
    for block in range(blocks_of(weighted)):
        means, deviations = [], []
        for place, group in enumerate(groups):
            cut, total = shape("z", block, rows, group)[0], total_of(group, block)
            m, q = (Fraction(items[block][item][place]) * Fraction(2) ** (cut - 16) / total for item in (0, 1))
            # n / (n - 1) is n^2 / (n^2 - n).
            means.append(mean + deviation * float(m))
            deviations.append(deviation_of(m, q, deviation, corrected(total, group[2] if block else total)))
        variances = variances or [None if one is None else one * one for one in deviations]
        blocks.append({"means": means, "deviations": deviations, "difference": difference(means, variances)})
    m, q = (
        sum(Fraction(items[0][item][place]) * Fraction(2) ** (shape("z", 0, rows, group)[0] - 16)
            for place, group in enumerate(groups)) / rows for item in (0, 1))
    whole = {"mean": mean + deviation * float(m), "deviation": deviation_of(m, q, deviation, corrected(rows, rows))}
    return {"blocks": blocks, "all": whole}


def described_levels(rows, groups, weighted, items):
    """Of all levels but the first, and then of what they leave: the first."""
    blocks, variances = [], None
    for block in range(blocks_of(weighted)):
        counts = [[number * 2 ** shape("level", block, rows, group)[0] for number, group in zip(item, groups)]
                  for item in items[block]]
        counts.append([max(0, total_of(group, block) - sum(column)) for group, column in zip(groups, zip(*counts))])
        shares = [[count / total_of(group, block) for count, group in zip(item, groups)] for item in counts]
        variances = variances or [[p * (1 - p) for p in item] for item in shares]
        blocks.append({"counts": None if block else counts, "shares": shares,
                       "differences": [difference(item, spread) for item, spread in zip(shares, variances)]})
    totals = [sum(item) for item in blocks[0]["counts"]]
    return {"levels": list(range(1, len(items[0]) + 1)), "rest": [0], "blocks": blocks,
            "all": {"counts": totals, "shares": [count / rows for count in totals]}}


def table(rows, groups, weighted, all_columns, shown, opened, scales):
    """`opened`: of each shown column its blocks, items and groups; `scales` of each shown numeric column."""
    opened, scales, found = list(opened), list(scales), []
    for column, is_shown in zip(all_columns, shown):
        if not is_shown:
            found.append(None)
        elif is_numeric(column):
            found.append({"numeric": described_numeric(rows, groups, weighted, opened.pop(0), scales.pop(0))})
        else:
            found.append({"levels": described_levels(rows, groups, weighted, opened.pop(0))})
    sizes = [w * w / q for _, w, q in groups] if weighted else None
    return {"columns": found, "effectiveSizes": sizes}


def edges():
    """Numbers that no rows would give, or only nearly: without variance, without a denominator, more than there can be."""
    two, weighted = [(40,) * 3, (60,) * 3], [(40, 2**20 * 25, 2**40 * 20), (60, 2**20 * 33, 2**40 * 30)]

    yield ("less than no variance in a group", two, False, [NUMERIC], [True], [[[[-310, 400], [77, 2900]]]], [(12.5, 3.0)])
    yield ("no variance in both groups", two, False, [NUMERIC], [True], [[[[0, 0], [0, 0]]]], [(12.5, 3.0)])
    yield ("the second group is below the first", two, False, [few(5), {"levels": 3}], [True, True],
           [[[[700, -600], [2100, 2000]]], [[[20, 10], [5, 40]]]], [(0.5, 4.0)])
    yield ("weights, less than no variance in a group", weighted, True, [NUMERIC], [True],
           [[[[-310, 400], [1100, 2900]], [[-270, 300], [70, 2300]]]], [(-1000.0, 0.015625)])
    yield ("a group of one row", [(1,) * 3, (59,) * 3], False, [NUMERIC], [True], [[[[-900, 40], [410, 2100]]]], [(12.5, 3.0)])
    yield ("a group with all its weight on one row", [(30, 2**20, 2**40), (70, 2**20 * 33, 2**40 * 30)], True, [NUMERIC],
           [True], [[[[-310, 400], [1100, 2900]], [[-270, 300], [70, 2300]]]], [(6.0, 2.0)])
    yield ("weights, a group of one row", [(1, 2**20, 2**40), (70, 2**20 * 33, 2**40 * 30)], True, [few(3)],
           [True], [[[[-310, 400], [1100, 2900]], [[-310, 300], [1100, 2300]]]], [(6.0, 2.0)])
    yield ("three groups, no variance in two", [(20,) * 3, (30,) * 3, (50,) * 3], False, [NUMERIC, {"levels": 2}],
           [True, True], [[[[100, -200, 0], [0, 0, 2100]]], [[[0, 30, 25]]]], [(12.5, 3.0)])
    yield ("three groups, no variance in one", [(20,) * 3, (30,) * 3, (50,) * 3], False, [NUMERIC, {"levels": 2}],
           [True, True], [[[[100, -200, 0], [0, 900, 2100]]], [[[0, 29, 25]]]], [(12.5, 3.0)])
    yield ("shares of 0 and 1", two, False, [{"levels": 3}, {"levels": 2}, {"levels": 2}],
           [True, True, True], [[[[0, 0], [11, 23]]], [[[40, 60]]], [[[0, 60]]]], [])
    # The cut numbers of both levels are one too large: they leave less than nothing.
    yield ("weights, levels that leave less than nothing", weighted, True, [{"levels": 3}], [True],
           [[[[13, 22], [20, 38]], [[5462, 3001], [7340, 5447]]]], [])
    five = [(n,) * 3 for n in (20, 20, 20, 20, 20)]
    yield ("the furthest pair of five", five, False, [{"levels": 3}], [True],
           [[[[5, 6, 4, 9, 5], [10, 10, 9, 6, 8]]]], [])
    yield ("the furthest pair of three, falling", [(30,) * 3, (30,) * 3, (40,) * 3], False, [NUMERIC], [True],
           [[[[800, 100, -700], [2100, 2000, 2300]]]], [(1.0, 8.0)])
    yield ("one group", [(100,) * 3], False, [{"levels": 4}, NUMERIC], [True, True],
           [[[[12], [40], [17]]], [[[0], [3210]]]], [(2.0**40, 2.0**10)])
    yield ("hidden columns about shown ones", two, False, [NUMERIC, {"levels": 3}, few(5), {"levels": 2}, NUMERIC],
           [False, True, False, False, True], [[[[20, 10], [15, 40]]], [[[-310, 400], [1100, 2900]]]], [(12.5, 3.0)])


def scale_json(scale):
    return {"mean": scale[0], "deviation": scale[1]}


def given(name, groups, weighted, all_columns, shown, opened, scales):
    rows = sum(group[0] for group in groups)
    return {
        "name": name, "rows": rows, "weighted": weighted,
        "groups": [{"n": n, "W": str(w), "Q": str(q)} for n, w, q in groups], "columns": all_columns, "shown": shown,
        "numbers": opened, "scales": list(map(scale_json, scales)),
        "table": table(rows, groups, weighted, all_columns, shown, opened, scales)}


def scale_of(values):
    """Mean and standard deviation, rounded to 2^(e(sd) - 11), ties to even; e is that of the unrounded one."""
    mean, variance = moments(values)
    e = 0
    while Fraction(4) ** e > variance:
        e -= 1
    while Fraction(4) ** (e + 1) <= variance:
        e += 1
    unit = Fraction(2) ** (e - 11)
    assert not near_tie(mean / unit)
    return float(nearest(mean / unit) * unit), float(root(variance / unit**2) * unit)


# 2. Payloads


def prefixed(content):
    return struct.pack(">I", len(content)) + content


def setup_payload(rows, values):
    return struct.pack(">II", rows, len(values)) + bytes(values)


def groups_payload(groups):
    return struct.pack(">I", len(groups)) + b"".join(struct.pack(">QQQ", *group) for group in groups)


def numbers_payload(values, bits):
    return prefixed(b"".join(value.to_bytes(ceil(width, 8), "big") for value, width in zip(values, bits)))


def scales_payload(scales):
    return struct.pack(">I", len(scales)) + b"".join(struct.pack(">dd", *scale) for scale in scales)


def part_payload(values, hidden, numbers, scales):
    counted = struct.pack(">I", len(numbers)) + b"".join(struct.pack(">q", number) for number in numbers)
    return struct.pack(">I", len(values)) + bytes(values) + prefixed(bytes(hidden)) + counted + scales_payload(scales)


def part_digest(party, roots, groups, payload):
    """Of section 9: groups are part of the active party's alone, which is number 0."""
    return hashlib.sha256(
        b"moiety/described-part/v1" + struct.pack(">H", party) + hashlib.sha256(roots).digest()
        + (groups_payload(groups) if party == 0 else b"") + payload
    ).digest()


def told_parts():
    """What parties say of their own columns, and what others compare. Roots are any payload here."""
    groups = [(25, 2**20 + 7, 2**40 + 49), (35, 35 * 2**20, 35 * 2**40)]
    cases = []
    for party, roots, values, hidden, numbers, scales in [
        (0, b"a", [0], [0, 1], [1500, -1500, 700, 900], [(50.25, 12.0)]),
        (1, b"roots of the first", [], [0], [7, 11], []), (2, b"", [3, 0], [1, 0], [-(2**57), 2**57 - 1], [(-1e6, 0.5)]),
        (7, bytes(40), [], [1, 1], [], []),
    ]:
        payload = part_payload(values, hidden, numbers, scales)
        cases.append({
            "party": party, "roots": roots.hex(), "values": values, "hidden": hidden, "numbers": list(map(str, numbers)),
            "scales": scales, "groups": groups_payload(groups).hex(), "payload": payload.hex(),
            "digest": part_digest(party, roots, groups, payload).hex(),
        })
    return cases


def payloads():
    def case(payload, why=None, **more):
        return {"payload": payload.hex(), **more, **({"bad": why} if why else {})}

    setups = [case(setup_payload(rows, values), rows=rows, values=values)
              for rows, values in ((2, []), (1000, [0]), (MOST_ROWS, [2, 10, 0, 3]), (60, list(range(2, 11))))]
    setups += [case(setup_payload(rows, [0]), "rows") for rows in (0, 1, MOST_ROWS + 1, 2**32 - 1)]
    setups += [case(setup_payload(1000, values), "values") for values in ([1], [0, 11], [255, 2], [2, 0, 1])]
    setups += [
        case(b"", "empty"), case(setup_payload(5, [])[:-1], "truncated"), case(setup_payload(1000, [3])[:4], "truncated"),
        case(setup_payload(1000, [0, 3])[:-1], "more values than bytes"), case(setup_payload(5, []) + b"\0", "left over"),
        case(setup_payload(1000, [0, 3]) + b"\2", "left over"),
        case(struct.pack(">II", 1000, 2**32 - 1), "more values than bytes"),
    ]
    one, two = [(60, 60, 60)], [(25, 2**20 + 7, 2**40 + 49), (35, 35 * 2**20, 35 * 2**40)]
    groups = [case(groups_payload(found), groups=[list(map(str, group)) for group in found])
              for found in (one, two, [(2**64 - 1,) * 3])]
    groups += [
        case(groups_payload(two)[:-1], "truncated"), case(groups_payload(two) + b"\0", "left over"),
        case(struct.pack(">I", 3) + groups_payload(two)[4:], "more groups than bytes"),
        case(struct.pack(">I", 1) + groups_payload(two)[4:], "left over"), case(b"\xff" * 4, "more groups than bytes"),
        case(b"", "empty"),
    ]
    hidden = [case(prefixed(bytes(flags)), flags=flags) for flags in ([0], [0, 1, 1, 0], [])]
    hidden += [case(prefixed(bytes([0, 2])), "neither 0 nor 1"), case(prefixed(bytes([0, 255])), "neither 0 nor 1"),
              case(prefixed(bytes(3))[:-1], "truncated"), case(prefixed(bytes(3)) + b"\0", "left over"),
              case(bytes(3), "truncated"), case(b"\0", "truncated"), case(b"", "empty")]
    bits = [11, 17, 8, 34, 64]
    values = [1500, 2**17 - 1, 0, 2**33 + 5, 2**64 - 1]
    listed = [str(value) for value in values]
    sent = [case(numbers_payload(values, bits), bits=bits, values=listed), case(prefixed(b""), bits=[], values=[])]
    for why, payload in [
        ("a bit too many", numbers_payload([2**11] + values[1:], bits)),
        ("a bit too many", numbers_payload(values[:1] + [2**17] + values[2:], bits)),
        ("a number too few", numbers_payload(values[:-1], bits[:-1])),
        ("a number too many", numbers_payload(values + [1], bits + [8])),
        ("a byte too few", prefixed(numbers_payload(values, bits)[4:-1])),
        ("truncated", numbers_payload(values, bits)[:-1]), ("left over", numbers_payload(values, bits) + b"\0"),
        ("a byte too many", prefixed(numbers_payload(values, bits)[4:] + b"\0")),
    ]:
        sent.append(case(payload, why, bits=bits))
    scales = [case(scales_payload(found), scales=found)
              for found in ([], [[50.25, 12.0]], [[-1e6, 0.5], [0.0, 2.0**-500], [0.0, 2.0**500]],
                            [[2.0**500, 2.0**-500], [-(2.0**500), 1.0]])]
    raw = [(0.0, math.nan), (math.inf, 1.0), (1.0, -math.inf), (-0.0, 1.0)]
    scales += [case(scales_payload([pair]), "a number without an encoding") for pair in raw]
    raw_range = [(0.0, math.nextafter(2.0**-500, 0)), (0.0, math.nextafter(2.0**500, math.inf)), (0.0, 2.0**-1022),
                 (0.0, 1e300), (math.nextafter(2.0**500, math.inf), 1.0), (-math.nextafter(2.0**500, math.inf), 1.0)]
    scales += [case(scales_payload([(1.0, 2.0), pair]), "out of range") for pair in raw_range]
    scales += [case(scales_payload([(1.0, 0.0)]), "no deviation"), case(scales_payload([(1.0, -2.0)]), "no deviation"),
               case(scales_payload([(1.0, 2.0)])[:-1], "truncated"), case(scales_payload([(1.0, 2.0)]) + b"\0", "left over"),
               case(struct.pack(">I", 2) + scales_payload([(1.0, 2.0)])[4:], "more scales than bytes"),
               case(struct.pack(">I", 2**32 - 1), "more scales than bytes")]
    good = part_payload([0], [0, 1], [1500, -1], [(50.25, 12.0)])
    told = [case(good), case(part_payload([], [], [], []))]
    told += [
        case(part_payload([1], [0], [], []), "values"), case(part_payload([11], [0], [], []), "values"),
        case(part_payload([0], [2], [], []), "neither 0 nor 1"), case(part_payload([0], [0], [], [(1.0, 0.0)]), "no deviation"),
        case(good[:-1], "truncated"), case(good + b"\0", "left over"), case(b"", "empty"),
    ]
    compared = [case(struct.pack(">I", count) + bytes(32 * count)) for count in (3, 8)]
    compared += [case(struct.pack(">I", 9) + bytes(32 * 9), "more than there are parties"),
                 case(struct.pack(">I", 3) + bytes(95), "truncated"), case(struct.pack(">I", 3) + bytes(97), "left over")]
    return {"0x0500": setups, "0x0503": groups, "0x0514": hidden, "0x0515": sent, "0x0516": scales, "0x0517": told, "0x0518": compared}


# 3, step 2. What is refused


def refusal(rows, count, least, weighted, groups):
    if len(groups) != count:
        return "groupCount"
    if sum(group[0] for group in groups) != rows:
        return "rowCount"
    if any(n < least for n, _, _ in groups):
        return "smallGroup"
    for n, w, q in groups:
        if not weighted and (w, q) != (n, n):
            return "unweighted"
        if weighted and not 2**20 * least <= w <= 2**20 * n:
            return "weights"
        if weighted and not w <= q <= 2**20 * w:
            return "squares"
        if weighted and n > 20 * effective((n, w, q)):
            return "effective"
    return None


def refused():
    m = 2**20
    found = []
    for name, rows, count, least, weighted, groups in [
        ("one group", 60, 1, 11, False, [(60, 60, 60)]), ("two groups", 60, 2, 11, False, [(11,) * 3, (49,) * 3]),
        ("none", 60, 1, 11, False, []), ("one too few", 60, 2, 11, False, [(60, 60, 60)]),
        ("one too many", 60, 1, 11, False, [(30,) * 3, (30,) * 3]), ("a row too few", 60, 2, 11, False, [(11,) * 3, (48,) * 3]),
        ("a row too many", 60, 2, 11, False, [(11,) * 3, (50,) * 3]), ("a small group", 60, 2, 11, False, [(10,) * 3, (50,) * 3]),
        ("an empty group", 60, 2, 1, False, [(0,) * 3, (60,) * 3]),
        ("a sum that wraps round", 60, 2, 11, False, [(2**63 + 30,) * 3, (2**63 + 30,) * 3]),
        ("largest numbers", 60, 2, 11, False, [(2**64 - 1,) * 3, (61,) * 3]),
        ("weights without weights", 60, 1, 11, False, [(60, 60 * m, 60 * m * m)]),
        ("squares without weights", 60, 1, 11, False, [(60, 60, 3600)]),
        ("weights", 60, 2, 11, True, [(20, 15 * m + 3, 12 * m * m), (40, 40 * m, 40 * m * m)]),
        ("least weights", 60, 1, 11, True, [(60, 11 * m, 11 * m * m)]),
        ("one row with more than its part", 60, 1, 11, True, [(60, 11 * m - 1, 11 * m * m)]),
        ("a twentieth", 220, 1, 11, True, [(220, 11 * m, 11 * m * m)]),
        ("less than a twentieth", 221, 1, 11, True, [(221, 11 * m, 11 * m * m)]),
        ("effective size rounded down", 221, 1, 11, True, [(221, 12 * m - 1, 12 * m * m)]), ("most weights", 60, 1, 11, True, [(60, 60 * m, 60 * m * m)]),
        ("least squares", 60, 1, 11, True, [(60, 11 * m, 11 * m)]),
        ("weights too small", 60, 1, 1, True, [(60, m - 1, m * m)]), ("no weights", 60, 1, 11, True, [(60, 60, 60)]),
        ("weights too large", 60, 1, 11, True, [(60, 60 * m + 1, 60 * m * m)]),
        ("weights too large in one group", 60, 2, 11, True, [(20, 20 * m + 1, 20 * m * m), (40, m, m * m)]),
        ("squares too small", 60, 1, 11, True, [(60, 20 * m, 20 * m - 1)]),
        ("squares too large", 60, 1, 11, True, [(60, 20 * m, 20 * m * m + 1)]),
        ("most of everything", MOST_ROWS, 1, 11, True, [(MOST_ROWS, 2**44 - m, 2**64 - m * m)]),
        ("squares too large, most rows", MOST_ROWS, 1, 11, True, [(MOST_ROWS, 2**44 - m, 2**64 - m * m + 1)]),
        ("squares of all bits", MOST_ROWS, 1, 11, True, [(MOST_ROWS, 2**44 - m, 2**64 - 1)]),
        ("a product that wraps round", 60, 1, 11, True, [(60, 2**63, 2**63)]),
    ]:
        found.append({
            "name": name, "rows": rows, "groups": count, "minimumCell": least, "weighted": weighted,
            "message": [list(map(str, group)) for group in groups], "payload": groups_payload(groups).hex(),
            "why": refusal(rows, count, least, weighted, groups)})
    return found


# Whole sessions, without the ciphertexts


class Session:
    """Both parties' rows, and all that they say about them in the clear."""

    def __init__(self, name, rows, own, group, groups, weights_of_rows, least, bits):
        """`own`: columns of either party, each a column and its values; `group`: of each row."""
        self.name, self.rows, self.least, self.bits = name, rows, least, bits
        self.own, self.group, self.count = own, group, groups
        self.weighted = weights_of_rows is not None
        units = [[int(g == one) for g in group] for one in range(groups)]
        integers = weights(group, groups, weights_of_rows) if self.weighted else None
        self.vectors = [units] + ([integers] if self.weighted else [])
        self.weights_of_rows = weights_of_rows
        self.groups = group_numbers(group, groups, integers)
        self.all = [(side, column, values) for side in (ACTIVE, PASSIVE) for column, values in own[side]]
        self.columns = [column for _, column, _ in self.all]
        self.stream = Stream("session " + name)
        assert refusal(rows, groups, least, self.weighted, self.groups) is None
        for _, column, values in self.all:
            check_column(column, values, least)

    def sums(self, numbers, block):
        return [sum(a * b for a, b in zip(numbers, vector)) for vector in self.vectors[block]]

    def tables(self, column, values, block):
        """Sums in each group: of z and s where it is numeric, then of each cell's rows."""
        moments = standardised(values) if is_numeric(column) else ()
        return [self.sums(one, block) for one in (*moments, *counted(column, values))]

    def decide(self):
        """Which columns are hidden: those with a small cell."""
        self.hidden = []
        for _, column, values in self.all:
            counts = self.tables(column, values, 0)
            cells = counts[2:] if is_numeric(column) else counts
            self.hidden.append(int(any(count < self.least for row in cells for count in row)))
        self.shown = [not one for one in self.hidden]

    def open(self):
        """What each party sends of its numbers, and what both learn."""
        self.sent = {ACTIVE: ([], []), PASSIVE: ([], [])}
        self.opened, self.scales = [], {ACTIVE: [], PASSIVE: []}
        for (side, column, values), is_shown in zip(self.all, self.shown):
            if not is_shown:
                continue
            blocks = []
            for block in range(blocks_of(self.weighted)):
                counts = self.tables(column, values, block)
                rows = counts[:2] if is_numeric(column) else counts[1:]
                found = []
                for (kind, signed), totals in zip(kinds(column), rows):
                    found.append([self.opened_number(side, kind, signed, block, total, group)
                                  for total, group in zip(totals, self.groups)])
                blocks.append(found)
            self.opened.append(blocks)
            if is_numeric(column):
                self.scales[side].append(scale_of(values))

    def opened_number(self, side, kind, signed, block, total, group):
        """As both learn it."""
        cut, bits = shape(kind, block, self.rows, group)
        if side == ACTIVE:
            sent = own_number(total, cut, bits)
            self.send(ACTIVE, sent, bits)
            return represented(sent, bits, signed)
        a = self.stream.below(WORD)
        b = (total - a) % WORD
        self.send(ACTIVE, part(a, cut, bits), bits)
        self.send(PASSIVE, part(b, cut, bits), bits)
        return joined(a, b, cut, bits, signed)

    def send(self, side, value, bits):
        self.sent[side][0].append(value)
        self.sent[side][1].append(bits)

    def values(self, side):
        """What a party says of its numeric columns."""
        return [column["values"] for column, _ in self.own[side] if is_numeric(column)]

    def messages(self):
        """In order. Ciphertexts by their number, checkpoints by their type alone."""
        self.decide()
        self.open()
        found, self.round = [], 0
        both = (ACTIVE, PASSIVE)

        def say(kind, side, payload):
            found.append({"type": kind, "from": side, "round": self.round, "chunk": 0, "chunks": 1,
                          "payload": payload.hex()})

        def chunk_of(kind, side, sizes, index):
            found.append({"type": kind, "from": side, "round": self.round, "chunk": index, "chunks": len(sizes),
                          "ciphertexts": sizes[index]})

        def encrypted(kind, side, sizes):
            for index in range(len(sizes)):
                chunk_of(kind, side, sizes, index)

        def sign():
            found.extend({"type": CHECKPOINT, "from": side} for side in both)

        for side in both:
            say(SETUP, side, setup_payload(self.rows, self.values(side)))
        for side in both:
            # Proofs are another page's: keys are here by their bits alone.
            found.append({"type": PARAMETERS, "from": side, "round": 0, "chunk": 0, "chunks": 1})
        for side in both:
            found.append({"type": KEY, "from": side, "round": 0, "chunk": 0, "chunks": 1, "bits": self.bits})
        sign()
        say(GROUPS, ACTIVE, groups_payload(self.groups))
        own = [column for column, _ in self.own[PASSIVE]]
        at = layout(self.rows, self.count, self.weighted, self.bits, own, self.least)
        self.round = 1
        encrypted(VECTORS, ACTIVE, [n * at["ciphertextsPerRow"] for n in cut_into(self.rows, at["rowsPerChunk"])])
        encrypted(SUMS, PASSIVE, cut_into(at["sumCiphertexts"], at["sumsPerChunk"]))

        self.round = 2
        cells = cut_into(at["cells"], at["cellsPerChunk"])
        tested = [size * self.least for size in cells]
        # The third chunk of cells after one waits for its answers.
        for index in range(len(cells) + 2):
            if index < len(cells):
                chunk_of(SHARES, ACTIVE, cells, index)
            if index >= 2:
                chunk_of(TESTS, PASSIVE, tested, index - 2)
        sign()
        self.round = 3
        say(HIDDEN, ACTIVE, prefixed(bytes(self.hidden)))
        sign()
        for side in both:
            say(NUMBERS, side, numbers_payload(*self.sent[side]))
        self.round = 4
        for side in both:
            say(SCALES, side, scales_payload(self.scales[side]))
        return found

    def json(self):
        messages = self.messages()
        scales = self.scales[ACTIVE] + self.scales[PASSIVE]
        self.found = table(self.rows, self.groups, self.weighted, self.columns, self.shown, self.opened, scales)
        self.check()
        return {
            **self.facts(), "group": self.group, "weights": self.weights_of_rows,
            "values": {side: [values for _, values in self.own[side]] for side in (ACTIVE, PASSIVE)},
            "hidden": self.hidden, "messages": messages,
        }

    def facts(self):
        return {"name": self.name, "rows": self.rows, "groups": self.count, "weighted": self.weighted,
                "minimumCell": self.least, "modulusBits": self.bits,
                "columns": {side: [column for column, _ in self.own[side]] for side in (ACTIVE, PASSIVE)}}

    def result(self):
        """Numbers of a table and what they say."""
        scales = self.scales[ACTIVE] + self.scales[PASSIVE]
        return given(self.name, self.groups, self.weighted, self.columns, self.shown, self.opened, scales)

    def check(self):
        """The bounds of section 6, against the rows themselves."""
        for (_, column, values), one in zip(self.all, self.found["columns"]):
            if one is None:
                continue
            one = one["numeric" if is_numeric(column) else "levels"]
            for block, vectors in enumerate(self.vectors):
                for place, vector in enumerate(vectors):
                    if is_numeric(column):
                        self.check_moments(values, vector, self.groups[place], block, place, one["blocks"][block])
                        continue
                    exact = [sum(w for w, v in zip(vector, values) if v == level) for level in one["levels"]]
                    if block == 0:
                        assert [item[place] for item in one["blocks"][0]["counts"][:-1]] == exact
                    shares = [item[place] for item in one["blocks"][block]["shares"][:-1]]
                    digits = min(13, exponent(effective(self.groups[place])) + 3) if block else 13
                    assert all(abs(a - b / sum(vector)) <= 2 ** (1 - digits) for a, b in zip(shares, exact))

    @staticmethod
    def check_moments(values, vector, group, block, place, found):
        variance, total = moments(values)[1], sum(vector)
        m = sum(w * Fraction(v) for w, v in zip(vector, values)) / total
        digits = min(11, exponent(effective(group)) + 3) if block else 11
        assert abs(found["means"][place] - m) <= 2 ** (1 - digits) * math.sqrt(variance)
        f = corrected(total, group[2] if block else total)
        assert (f is None) == (found["deviations"][place] is None)
        if f is not None:
            spread = sum(w * (Fraction(v) - m) ** 2 for w, v in zip(vector, values)) / total
            assert abs(found["deviations"][place] ** 2 - spread * f) <= 2 ** (3 - digits) * variance * f


def check_column(column, values, least):
    """That its party does not refuse it."""
    if is_numeric(column):
        assert column["values"] == count_values(values) != 1 and sum(off_commonest(values)) >= least
        furthest = max(map(abs, standardised(values)[0]))
        assert (1 + Fraction(furthest, 2**16) ** 2) / len(values) <= MOST_LEVERAGE
    else:
        assert all(sum(one) >= least for one in counted(column, values))


def cut_into(count, size):
    return [min(size, count - start) for start in range(0, count, size)]


def sessions():
    found = []
    five, two = {"levels": 5}, {"levels": 2}
    # Beside each column the levels or values that are rare, each with the group in which it is.
    for name, rows, kinds_of, groups, weighted, least, bits in [
        ("one group", 60, ([(NUMERIC, {})], [(NUMERIC, {}), (two, {}), (few(3), {})]), 1, False, 5, 2048),
        ("two groups, hidden columns at both", 240,
         ([(NUMERIC, {}), (five, {}), (few(4), {1: 0})],
          [(five, {0: 1}), (few(5), {2: 0}), (NUMERIC, {}), ({"levels": 3}, {})]), 2, False, 9, 2048),
        ("two groups, weights", 500,
         ([({"levels": 3}, {}), (NUMERIC, {})], [(NUMERIC, {}), ({"levels": 4}, {}), (few(10), {}), (two, {})]),
         2, True, 11, 3072),
        ("three groups, weights, hidden columns", 800,
         ([(two, {}), (few(2), {})], [({"levels": 7}, {5: 0, 6: 2}), ({"levels": 3}, {2: 1}), (NUMERIC, {})]),
         3, True, 12, 3072),
        ("a hidden column at the active party alone", 200, ([({"levels": 6}, {4: 1})], [(NUMERIC, {})]), 2, False, 8, 2048),
        ("hidden columns at both, levels and values", 200,
         ([(few(3), {1: 0})], [(five, {1: 0, 2: 0}), (five, {3: 1})]), 2, False, 10, 2048),
        ("nothing is shown", 160,
         ([], [(two, {1: 0}), ({"levels": 3}, {0: 0, 1: 0, 2: 1}), (few(2), {0: 1}), (NUMERIC, {0: 1})]),
         2, False, 10, 2048),
        ("small cells of most levels", 400,
         ([(few(3), {1: 0}), (few(6), {})], [({"levels": 9}, {0: 0, 2: 1, 3: 0, 5: 1, 6: 0, 8: 1}), (NUMERIC, {})]),
         2, False, 7, 2048),
        ("several chunks", 1000,
         ([(NUMERIC, {})], [({"levels": 24}, {})] * 4 + [(NUMERIC, {}), (few(2), {})]), 8, True, 20, 2048),
        ("a group of one row", 60, ([(NUMERIC, {})], [(NUMERIC, {}), (few(2), {}), (two, {})]), 2, True, 1, 2048),
    ]:
        stream = Stream("rows " + name)
        group = [stream.below(groups) for _ in range(rows)]
        if name == "a group of one row":
            group = [int(place != 7) for place in range(rows)]
        own = {side: [drawn(column, rare, group, stream) for column, rare in columns]
               for side, columns in zip((ACTIVE, PASSIVE), kinds_of)}
        case = [round(0.05 + stream.below(400) / 100, 2) for _ in range(rows)] if weighted else None
        found.append(Session(name, rows, own, group, groups, case, least, bits))
    return found


def drawn(column, rare, group, stream):
    """A column with its values. Of a numeric one with many values a rare 0 is a group that has nearly one value alone."""
    if is_numeric(column) and not column["values"]:
        varied = [round(10 + 2 * g + sum(stream.below(700) for _ in range(4)) / 100, 2) for g in group]
        return column, [10.0 if rare.get(0) == g and stream.below(12) else value for g, value in zip(group, varied)]
    places = [place_of(cells_of(column), rare, g, stream) for g in group]
    # Of few values: -1, -0.75, 0, 1.25, ...
    return column, [place**2 / 4 - 1 for place in places] if is_numeric(column) else places


def place_of(count, rare, group, stream):
    while True:
        place = stream.below(count)
        if rare.get(place) != group or stream.below(12) == 0:
            return place


def spoiled(session):
    """The messages of a session with one change each: what the other party and a verifier refuse, and by which check."""
    good = session.messages()
    rows, values = session.rows, {side: session.values(side) for side in (ACTIVE, PASSIVE)}
    found = []

    def spoil(verdict, name, change):
        messages = json.loads(json.dumps(good))
        change(messages)
        found.append({**session.facts(), "name": name, "verdict": verdict, "messages": messages})

    def place(kind, side, count=0):
        return [i for i, one in enumerate(good) if one["type"] == kind and one["from"] == side][count]

    def put(kind, side, count=0, payload=None, **fields):
        if payload is not None:
            fields["payload"] = payload.hex()
        return lambda messages: messages[place(kind, side, count)].update(fields)

    def put_count(kind, side, more):
        return put(kind, side, ciphertexts=good[place(kind, side)]["ciphertexts"] + more)

    def drop(kind, side, count=0):
        return lambda messages: messages.pop(place(kind, side, count))

    def sign_less(count):
        return lambda messages: [messages.pop(place(CHECKPOINT, side, count)) for side in (PASSIVE, ACTIVE)]

    def both_set_up(payload):
        return lambda messages: [put(SETUP, side, payload=payload(side))(messages) for side in (ACTIVE, PASSIVE)]

    def flags(change):
        return put(HIDDEN, ACTIVE, payload=prefixed(bytes(change(content_of(HIDDEN, ACTIVE)))))

    def from_passive(kind):
        return put(kind, ACTIVE, **{"from": PASSIVE})

    def both_send(kind):
        """The passive party one of the active's messages too, before it."""
        at = place(kind, ACTIVE)
        return lambda messages: messages.insert(at, {**messages[at], "from": PASSIVE})

    def content_of(kind, side, count=0):
        return bytes.fromhex(good[place(kind, side, count)]["payload"])[4:]

    def numbers(side, changes):
        """`changes`: numbers by their place."""
        sent, bits = session.sent[side]
        return put(NUMBERS, side, payload=numbers_payload([changes.get(i, one) for i, one in enumerate(sent)], bits))

    def flip(at, value):
        return lambda content: content[:at] + bytes([value]) + content[at + 1 :]

    # Setup
    spoil("T10 setupsDiffer", "other rows", put(SETUP, PASSIVE, payload=setup_payload(rows - 1, values[PASSIVE])))
    spoil("T10 malformedMessage", "one row", both_set_up(lambda side: setup_payload(1, values[side])))
    spoil("T10 malformedMessage", "too many rows", both_set_up(lambda side: setup_payload(2**24, values[side])))
    spoil("T10 malformedMessage", "one value", put(SETUP, PASSIVE, payload=setup_payload(rows, [1, 0])))
    spoil("T10 malformedMessage", "eleven values", put(SETUP, ACTIVE, payload=setup_payload(rows, [0, 11])))
    spoil("T10 malformedMessage", "rows alone", put(SETUP, ACTIVE, payload=struct.pack(">I", rows)))
    spoil("T13 columnsNotAllowed", "a numeric column too few",
          put(SETUP, PASSIVE, payload=setup_payload(rows, values[PASSIVE][1:])))
    spoil("T13 columnsNotAllowed", "a numeric column too many",
          put(SETUP, ACTIVE, payload=setup_payload(rows, values[ACTIVE] + [0])))
    spoil("T13 columnsNotAllowed", "no numeric columns", put(SETUP, ACTIVE, payload=setup_payload(rows, [])))
    spoil("T10 wrongCount", "more values of a column", put(SETUP, PASSIVE, payload=setup_payload(rows, [6, 0])))
    spoil("T10 wrongCount", "many values of a column of few", put(SETUP, PASSIVE, payload=setup_payload(rows, [0, 0])))
    spoil("T13 keySizeMismatch", "other key sizes", put(KEY, PASSIVE, bits=3072))
    spoil("T13 groupsNotAllowed", "a group too few", put(GROUPS, ACTIVE, payload=groups_payload(session.groups[:1])))

    # Exchanges
    spoil("T10 wrongCount", "a ciphertext too few", put_count(SUMS, PASSIVE, -1))
    spoil("T10 wrongCount", "a test too few", put_count(TESTS, PASSIVE, -1))
    spoil("T10 wrongCount", "a cell too many", put_count(SHARES, ACTIVE, 1))
    spoil("T10 wrongCount", "cells in other chunks", put(SHARES, ACTIVE, chunks=2))
    spoil("T10 wrongRound", "a round too early", put(SHARES, ACTIVE, round=1))
    spoil("T10 wrongRound", "a round too late", put(NUMBERS, PASSIVE, round=4))
    spoil("T23 stepMismatch", "no cell shares", drop(SHARES, ACTIVE))
    spoil("T23 stepMismatch", "no cell tests", drop(TESTS, PASSIVE))
    spoil("T23 stepMismatch", "cell shares of the passive party", from_passive(SHARES))
    spoil("T23 stepMismatch", "cell shares of both", both_send(SHARES))
    spoil("T16 checkpointMissing", "no checkpoint before hidden columns", sign_less(1))
    spoil("T16 checkpointMissing", "no checkpoint before numbers", sign_less(2))

    # Hidden columns: the first is shown, the last of the active party's is not
    own_columns = len(session.own[ACTIVE])
    assert not session.hidden[0] and session.hidden[own_columns - 1]
    spoil("T23 stepMismatch", "hidden columns of the passive party", from_passive(HIDDEN))
    spoil("T23 stepMismatch", "hidden columns of both", both_send(HIDDEN))
    spoil("T23 stepMismatch", "no hidden columns", drop(HIDDEN, ACTIVE))
    spoil("T24 openedTooMuch", "a flag too few", flags(lambda content: content[1:]))
    spoil("T24 openedTooMuch", "a flag too many", flags(lambda content: content + b"\0"))
    spoil("T24 openedTooMuch", "a flag for each column of the active party alone", flags(lambda content: content[:own_columns]))
    spoil("T24 openedTooMuch", "no flags", flags(lambda content: b""))
    spoil("T10 malformedMessage", "a flag of 2", flags(flip(0, 2)))
    spoil("T24 openedTooMuch", "a hidden column of the active party is sent", flags(flip(0, 1)))
    spoil("T24 openedTooMuch", "a hidden column of the passive party is sent",
          flags(lambda content: content[:-1] + b"\1"))
    spoil("T24 openedTooMuch", "a shown column is not sent", flags(flip(own_columns - 1, 0)))

    # Numbers and scales
    sent, scales = content_of(NUMBERS, PASSIVE), content_of(SCALES, PASSIVE)
    bits = session.sent[PASSIVE][1]
    # The first of the active party's numbers that are levels', after z and s of its numeric column: two groups of the second
    # column's second level, then two of the next.
    first, count, (n, _, _) = 4, session.count, session.groups[0]
    own = session.sent[ACTIVE][0]
    assert session.sent[ACTIVE][1][first] == up(rows) + 1 and session.shown[1] and session.columns[1]["levels"] > 2
    theirs = [i for i, width in enumerate(bits) if width == up(rows) + 1][0]
    spoil("T24 openedTooMuch", "a number too few", put(NUMBERS, PASSIVE, payload=prefixed(sent[: -ceil(bits[-1], 8)])))
    spoil("T24 openedTooMuch", "a byte too many", put(NUMBERS, PASSIVE, payload=prefixed(sent + b"\0")))
    spoil("T24 openedTooMuch", "a bit too many", numbers(ACTIVE, {first: 2 ** (up(rows) + 1)}))
    spoil("T23 countTooLarge", "a level above its group", numbers(ACTIVE, {first: n + 1}))
    spoil("T23 countTooLarge", "levels above their group", numbers(ACTIVE, {first: n - own[first + count] + 1}))
    spoil("T23 countTooLarge", "a share that makes a level too large",
          numbers(PASSIVE, {theirs: (session.sent[PASSIVE][0][theirs] + n + 1) % 2 ** bits[theirs]}))
    least = session.least
    rest = sum(own[first + count * level] for level in range(1, session.columns[1]["levels"] - 1))
    spoil("T23 smallCellShown", "a level of too few rows that is shown", numbers(ACTIVE, {first: least - 1}))
    spoil("T23 smallCellShown", "levels that leave the first one too few rows", numbers(ACTIVE, {first: n - rest - least + 1}))
    spoil("T24 openedTooMuch", "a scale too few", put(SCALES, PASSIVE, payload=scales_payload([])))
    spoil("T24 openedTooMuch", "a scale too many", put(SCALES, PASSIVE, payload=struct.pack(">I", 2) + scales + scales))
    spoil("T23 descriptionNotFinished", "the end is missing", drop(SCALES, PASSIVE))
    spoil("T23 stepMismatch", "more than the end", lambda messages: messages.append(
        {**messages[-1], "round": messages[-1]["round"] + 1}))
    return found


# Of each key of the document.
ABOUT = [
    "A column is {kind: numeric, values} (0: more than ten) or {levels}. A group is n, W, Q.",
    "Block 0 counts rows once, block 1 by weight. Items, levels and groups count from 0.",
    "Integers above 2^53 and payloads are strings, decimal and hexadecimal; null is what there is not.",
    "columns: section 1. Values of each row and what follows: z, s, indicators of all values but the least, or o.",
    "layouts: sections 2 and 3. Sizes of the exchanges of sums, and of cells; columns are the passive party's.",
    "shown: of each column of both parties whether it is.",
    "numbers: section 5. Cuts and bits of items, openings of shares, the active party's own, sizes that a group can have.",
    "orders: section 4. columns: tests of each in a chunk. order: of each column the tests as they are sent, numbered from 0",
    "as they are made (cell by cell, j ascending). used: how many of the words that took.",
    "tests: section 4. A chunk under N = p q with generator 1 + N. columns: counts of each one's cells. x, y, shares by cell;",
    "order as in orders; r, tests (before they are rerandomised) and plaintexts as sent; zeros of each column.",
    "payloads: section 2, by type. bad says why one is refused.",
    "refused: section 3, step 2. why is null where groups are allowed.",
    "sessions: rows of both parties and all messages without their ciphertexts; types as numbers, 4 is a checkpoint.",
    "hidden: 1 for each hidden column.",
    "results: section 6. numbers of each shown column by block, item and group; rest: levels that the last of counts is of.",
    "parts: section 9. payload: 0x0517, which the active party sends to nobody; groups: the payload of 0x0503.",
    "spoiled: messages of the second session with one change each, and the check and name by which an inspector refuses them;",
    "the order of messages alone (T09) refuses some before.",
]


def line(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)


def main():
    described = sessions()
    document = {
        "spec": "protocols/describe.md, version 1",
        "about": ABOUT,
        "columns": columns(), "layouts": layouts(), "numbers": numbers(), "orders": orders(), "tests": tests(),
        "payloads": payloads(), "parts": told_parts(), "refused": refused(),
        "sessions": [one.json() for one in described],
        "results": [one.result() for one in described] + [given(*case) for case in edges()],
        "spoiled": spoiled(described[1]),
    }
    # One entry of a list to a line.
    parts = []
    for name, value in sorted(document.items()):
        if isinstance(value, list):
            parts.append(f' "{name}": [\n  ' + ",\n  ".join(map(line, value)) + "\n ]")
        elif isinstance(value, dict):
            inner = [f'  "{key}": [\n   ' + ",\n   ".join(map(line, rows)) + "\n  ]" for key, rows in sorted(value.items())]
            parts.append(f' "{name}": {{\n' + ",\n".join(inner) + "\n }")
        else:
            parts.append(f' "{name}": {json.dumps(value)}')
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
